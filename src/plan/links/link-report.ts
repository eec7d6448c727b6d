import { maxLinkExceptions } from '../../api/slicenode/limits.ts';
import { type LinkException, type LinkReport, type LinkVotes } from '../../api/slicenode/type.ts';
import { compareVerdicts } from '../../values/link-verdict.ts';
import { compareText } from '../../values/text/order.ts';
import type { SliceNetwork } from '../facts/slice-network.ts';
import { encodeVotes, type Vote, voteOf, voteReader } from './link-votes.ts';
import { type LinkHistory, linkReason } from './liveness.ts';

/** The inputs of the report about a slice's links. */
export interface LinkReportInput {
  readonly network: Pick<SliceNetwork, 'peers' | 'driver'>;
  /** By peer name. */
  readonly links: ReadonlyMap<string, LinkHistory>;
  /** Unix time in seconds of the last handshake by public key; 0 when there was none. */
  readonly handshakes: ReadonlyMap<string, number>;
  /** The current time, on the clock of the links and on the wall clock. */
  readonly now: number;
  readonly wall: number;
  /** The report of an earlier run of this agent, while this run does not know all links yet. */
  readonly earlier?: LinkReport | undefined;
}

/** A measurement with two significant digits, so that small variations do not change it. */
const twoDigits = (value: number): number => Number(value.toPrecision(2));

/** Why the tunnel to a node that answers carries no packets of pods. */
const closedReason = ({ name, isRefused }: SliceNetwork['peers'][number]): string =>
  isRefused === true
    ? `The node uses no mutual TLS, which this cluster requires; join cluster ${name.slice(0, name.indexOf('/'))} again with "--mutual-tls on".`
    : 'The node answers, but has not proved by mutual TLS yet that it is the one that its cluster stated.';

/** Returns whether an earlier run reported a peer as Down. */
const earlierDown = (earlier: LinkReport | undefined): ((cluster: string, node: string) => boolean) => {
  const readers = new Map(Object.entries(earlier?.clusters ?? {}).map(([cluster, votes]) => [cluster, voteReader(votes)]));
  return (cluster, node) => readers.get(cluster)?.(node) === 'Down';
};

/**
 * The report of a node about its links: counts and votes for each cluster, the longest round trip, and the worst links with their reasons.
 *
 * For a link that is not judged yet, Down of an earlier run stays, so that a restarted agent does not revive dead peers. Up does not stay, so that a
 * restarted agent does not vouch for a peer that it has not reached again.
 */
export const planLinkReport = ({ network, links, handshakes, now, wall, earlier }: LinkReportInput): LinkReport => {
  const wasDown = earlierDown(earlier);
  const at = (monotonic: number): Date => new Date(wall - (now - monotonic));
  const votes = new Map<string, Map<string, Vote>>();
  const worstRtt = new Map<string, number>();
  const keys = new Map<string, { readonly bound: number; readonly until: number }>();
  const ill: { readonly peer: SliceNetwork['peers'][number]; readonly link: LinkHistory }[] = [];
  for (const peer of network.peers) {
    const seen = links.get(peer.name);
    if (seen === undefined) continue;
    // It answers probes, but no packet of a pod reaches it.
    const link: LinkHistory = peer.isClosed === true && seen.state === 'Up' ? { ...seen, state: 'Pending' } : seen;
    const slash = peer.name.indexOf('/');
    const [cluster, node] = [peer.name.slice(0, slash), peer.name.slice(slash + 1)];
    const ofCluster = votes.get(cluster) ?? new Map<string, Vote>();
    if (peer.boundUntil !== undefined) {
      const { bound, until } = keys.get(cluster) ?? { bound: 0, until: Number.POSITIVE_INFINITY };
      keys.set(cluster, { bound: bound + 1, until: Math.min(until, peer.boundUntil) });
    }
    const stands = link.state === 'Pending' && wasDown(cluster, node);
    votes.set(cluster, ofCluster.set(node, stands ? 'Down' : voteOf(link.state)));
    if (link.state === 'Up' && link.rttMs !== undefined) worstRtt.set(cluster, Math.max(worstRtt.get(cluster) ?? 0, link.rttMs));
    if (link.state !== 'Up') ill.push({ peer, link });
  }
  const exceptions = ill
    .toSorted((a, b) => compareVerdicts(a.link.state, b.link.state) || compareText(a.peer.name, b.peer.name))
    .slice(0, maxLinkExceptions)
    .map(({ peer, link }): LinkException => {
      const before = link.state === 'Pending' ? earlier?.exceptions?.find((each) => each.peer === peer.name) : undefined;
      if (before !== undefined) return before;
      const handshake = handshakes.get(peer.publicKey) ?? 0;
      return {
        peer: peer.name,
        driver: network.driver,
        state: link.state,
        reason:
          peer.isClosed === true && link.state === 'Pending'
            ? closedReason(peer)
            : linkReason(link, at, handshake === 0 ? undefined : new Date(handshake * 1_000)),
        since: at(link.since).toISOString(),
      };
    });
  const clusters = [...votes].map(([cluster, vote]): [string, LinkVotes] => {
    const rtt = worstRtt.get(cluster);
    const key = keys.get(cluster);
    return [
      cluster,
      {
        ...encodeVotes(vote),
        ...(rtt === undefined ? {} : { worstRttMs: twoDigits(rtt) }),
        ...(key === undefined ? {} : { bound: key.bound, boundUntil: new Date(key.until).toISOString() }),
      },
    ];
  });
  return {
    observedAt: new Date(wall).toISOString(),
    clusters: Object.fromEntries(clusters.toSorted(([a], [b]) => compareText(a, b))),
    ...(exceptions.length === 0 ? {} : { exceptions }),
  };
};
