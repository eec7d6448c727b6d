import type { SliceNetwork } from './slice-network.ts';

/** How often one node of each cluster is sent a packet as large as the slice carries, in milliseconds. */
export const largeProbeEveryMs = 1_500;
/** A packet without an answer for this long is lost, in milliseconds. */
const lostAfterMs = 1_400;
/** So many lost in a row, while small ones are answered, that it is no accident. */
const lostInARow = 3;

/** What became of the large packets to the nodes of one cluster. */
interface Probed {
  /** The peer that was asked last, and when, in milliseconds of a monotonic clock. */
  readonly peer: string;
  readonly askedAt: number;
  readonly answered: boolean;
  readonly lost: number;
}

/** What became of the large packets, by cluster. */
export type LargeProbes = ReadonlyMap<string, Probed>;

/** What the answer to a large packet changes. */
export const answeredLarge = (probes: LargeProbes, peer: string): LargeProbes => {
  const cluster = peer.slice(0, peer.indexOf('/'));
  const probed = probes.get(cluster);
  return probed === undefined || probed.peer !== peer ? probes : new Map(probes).set(cluster, { ...probed, answered: true, lost: 0 });
};

/**
 * Which peers are to be sent a large packet now: one node of each cluster in turn, of those that answer small ones. So it costs as much as there are
 * clusters, however many nodes they have. A cluster of which no node answers at all is not judged.
 *
 * @param up names of the peers that answer small packets
 * @param now milliseconds of a monotonic clock
 */
export const planLargeProbes = (
  probes: LargeProbes,
  { peers }: Pick<SliceNetwork, 'peers'>,
  up: ReadonlySet<string>,
  now: number,
): { readonly probes: LargeProbes; readonly ask: readonly string[] } => {
  const byCluster = Map.groupBy(
    peers.map(({ name }) => name).filter((name) => up.has(name)),
    (name) => name.slice(0, name.indexOf('/')),
  );
  const next = new Map<string, Probed>();
  const ask: string[] = [];
  for (const [cluster, names] of byCluster) {
    const before = probes.get(cluster);
    if (before !== undefined && now - before.askedAt < largeProbeEveryMs) {
      next.set(cluster, before);
      continue;
    }
    const lost =
      before !== undefined && !before.answered && now - before.askedAt >= lostAfterMs && up.has(before.peer)
        ? before.lost + 1
        : (before?.lost ?? 0);
    const peer = names[(names.indexOf(before?.peer ?? '') + 1) % names.length] ?? '';
    next.set(cluster, { peer, askedAt: now, answered: false, lost });
    ask.push(peer);
  }
  return { probes: next, ask };
};

/** The clusters to which large packets are lost though small ones arrive, sorted. */
export const narrowClusters = (probes: LargeProbes): string[] =>
  [...probes].flatMap(([cluster, { lost }]) => (lost >= lostInARow ? [cluster] : [])).toSorted();
