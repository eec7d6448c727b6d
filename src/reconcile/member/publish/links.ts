import { conditionOf } from '../../../api/condition.ts';
import type { MembershipSpec } from '../../../api/membership/type.ts';
import { memberNamespace } from '../../../api/places.ts';
import { isInSlice, type SliceNode } from '../../../api/slicenode/type.ts';
import type { LinksBody } from '../../../exchange/statement/links.ts';
import type { Node } from '../../../kubernetes/kinds.ts';
import type { Source } from '../../../loop/source.ts';
import { watching } from '../../../loop/watching.ts';
import { reportDelay } from '../../../plan/board/report-pace.ts';
import { absentNamespacesOf } from '../../../plan/exports/absent-namespaces.ts';
import { failingExportsOf, mayBeReported } from '../../../plan/exports/failing-exports.ts';
import { sameVotes } from '../../../plan/links/link-votes.ts';
import { awaitsLinks, differsInSize, planLinks, sameLinkStates } from '../../../plan/links/links.ts';
import { planLocalDegradation, planLocalReadiness } from '../../../plan/links/local-readiness.ts';
import { type UnknownField, understoodPolicies } from '../../../plan/policy/understood-policies.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { sha256Hex } from '../../../values/text/hash.ts';
import { followReportAges, ReportAges } from '../../report-ages.ts';
import { localAccessDigests } from '../cluster/local-access.ts';
import { comesOrGoes, isThere } from '../cluster/namespace-presence.ts';
import { graceMs, type Refusals } from '../receive/refusals.ts';
import { writeCondition } from '../session/local-condition.ts';
import type { Session } from '../session/session.ts';

/** A number from 0 to 1 that differs between clusters and slices, and is constant for each. */
const shareOf = (cluster: string, slice: string): number => Number.parseInt(sha256Hex(`${cluster}/${slice}`, 8), 16) / 0xffff_ffff;

/** Shortest interval of snapshots for the report, in milliseconds: a hundred agents may report in the same second. */
const snapshotGapMs = 250;

const readyOf = ({ status }: Node): string | undefined => status?.conditions?.find(({ type }) => type === 'Ready')?.status;

/**
 * A node that joined a slice may take this long until its first report, and the links to it until they are up, in milliseconds; then they are
 * reported as missing.
 */
const joinMs = 5_000;

/** Whether two states of a node are the same to the report: a node changes every minute, but rarely in these fields. */
const sameService = (a: Node, b: Node): boolean =>
  a.spec?.unschedulable === b.spec?.unschedulable &&
  a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
  readyOf(a) === readyOf(b);

/** Whether two states of a node's part in a slice are the same to the report: heartbeats and attached pods do not matter. */
const samePart = (a: SliceNode, b: SliceNode): boolean =>
  a.spec.sliceUID === b.spec.sliceUID &&
  a.spec.idle === b.spec.idle &&
  (a.status?.links === undefined) === (b.status?.links === undefined) &&
  a.status?.publicKey === b.status?.publicKey &&
  a.status?.accessDigest === b.status?.accessDigest &&
  sameVotes(a.status?.links?.clusters, b.status?.links?.clusters) &&
  conditionOf(a.status?.conditions, 'Ready')?.message === conditionOf(b.status?.conditions, 'Ready')?.message;

/**
 * Reports this cluster's part of a slice to the hub: a change of state at once but at most every 2 s, measurements once a minute. It also reports in
 * the local slice whether this cluster's part works, without waiting for the hub. There is one key.
 */
export const links = (session: Session, refusals: Refusals) => {
  const { local, slice: name, clock } = session;
  const { cluster } = session.hub;
  const random = shareOf(cluster, name);
  const ages = new ReportAges(clock);
  /** Since when a node is in the slice without a report. */
  const joinedAt = new Map<string, number>();
  /** Since when links are being made while everything else is as in the last report. */
  let awaitsSince: number | undefined;
  let last: { readonly body: LinksBody; readonly at: number } | undefined;
  let snapshotAt = Number.NEGATIVE_INFINITY;
  const silence: Source<string> = {
    subscribe: (handler) =>
      followReportAges(local.sliceNodes, ages, clock, (turned) => {
        if (turned.length > 0) handler('links');
      }),
  };
  let absent: ReturnType<typeof absentNamespacesOf> | undefined;
  const absentNamespaces = () =>
    (absent ??= absentNamespacesOf(
      session.grant.namespaces,
      new Set(
        local.namespaces
          .list()
          .filter(isThere)
          .map(({ metadata }) => metadata.name),
      ),
    ));
  const joiningOf = (sliceNodes: readonly SliceNode[], now: number): ReadonlySet<string> => {
    const unreported = sliceNodes.filter((each) => isInSlice(each) && each.status?.links === undefined).map(({ spec }) => spec.node);
    for (const node of joinedAt.keys()) if (!unreported.includes(node)) joinedAt.delete(node);
    for (const node of unreported) if (!joinedAt.has(node)) joinedAt.set(node, now);
    return new Set(unreported.filter((node) => now - (joinedAt.get(node) ?? now) < joinMs));
  };
  let understood: { readonly of: MembershipSpec['access']; readonly unknown: readonly UnknownField[] } | undefined;
  /** What this version does not know of the policies of the current grant. */
  const unknownFields = (): readonly UnknownField[] => {
    const of = session.granted.spec.access;
    if (understood?.of !== of || understood === undefined)
      understood = { of, unknown: of === undefined ? [] : understoodPolicies(of).unknown };
    return understood.unknown;
  };
  const snapshot = (now: number, failing: ReturnType<typeof failingExportsOf>): LinksBody => {
    const sliceNodes = local.sliceNodes.byIndex('slice', name).filter((node) => node.spec.sliceUID === session.grant.sliceUID);
    const peers = new Map<string, number>();
    for (const { spec } of local.slicePeers.byIndex('slice', name)) peers.set(spec.cluster, (peers.get(spec.cluster) ?? 0) + 1);
    return planLinks({
      sliceNodes,
      nodes: local.nodes.list(),
      peers,
      cluster,
      joining: joiningOf(sliceNodes, now),
      silent: new Set(sliceNodes.flatMap(({ spec }) => (ages.isSilent(spec.node) ? [spec.node] : []))),
      refused: refusals.list(now),
      failing,
      absentNamespaces: absentNamespaces(),
      access: localAccessDigests(local, name, unknownFields()),
    });
  };
  return {
    name: 'links',
    /** The current report. */
    report: () => snapshot(clock.monotonic(), failingExportsOf(local.exports.byIndex('failing', name), clock.now())),
    watches: [
      watching(local.sliceNodes, ({ type, object, previous }) =>
        object.spec.slice !== name || (type === 'updated' && previous !== undefined && samePart(object, previous)) ? [] : ['links'],
      ),
      watching(silence, (key) => [key]),
      watching(local.slicePeers, (change) => (change.object.spec.slice === name ? ['links'] : [])),
      watching(local.exports, ({ object, previous }) =>
        [object, previous].some((one) => one?.spec.slice === name && mayBeReported(one)) ? ['links'] : [],
      ),
      watching(local.accessPolicies, ({ object, previous }) =>
        previous?.metadata.generation !== object.metadata.generation && [object, previous].some((one) => one?.spec.slice === name)
          ? ['links']
          : [],
      ),
      watching(local.namespaces, (change) => {
        if (!comesOrGoes(change)) return [];
        absent = undefined;
        return ['links'];
      }),
      watching(session.grantChanges, () => {
        absent = undefined;
        return ['links'];
      }),
      watching(refusals, () => ['links']),
      watching(local.slices, (change) => (change.object.metadata.name === name ? ['links'] : [])),
      watching(local.nodes, ({ type, object, previous }) =>
        type === 'updated' && previous !== undefined && sameService(object, previous) ? [] : ['links'],
      ),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const early = snapshotAt + snapshotGapMs - clock.monotonic();
      if (early > 0) return { againMs: Math.ceil(early) };
      const now = clock.monotonic();
      snapshotAt = now;
      const failing = failingExportsOf(local.exports.byIndex('failing', name), clock.now());
      const body = snapshot(now, failing);
      // Before the report to the hub, which may be unreachable.
      await showLocally(session, body, signal);
      const isJoining = [...joinedAt.values()].some((at) => now - at < joinMs);
      const again = (ms: number) => ({
        againMs: Math.min(ms, refusals.pending(now) ? graceMs : ms, failing.dueMs ?? ms, isJoining ? joinMs : ms),
      });
      const since = last === undefined ? undefined : clock.monotonic() - last.at;
      const differs = last === undefined || !(sameLinkStates(body, last.body) || differsInSize(last.body, body, cluster));
      const same = !differs && last !== undefined && canonicalJson(body) === canonicalJson(last.body);
      awaitsSince = differs && last !== undefined && awaitsLinks(last.body, body) ? (awaitsSince ?? now) : undefined;
      if (awaitsSince !== undefined && now - awaitsSince < joinMs) return again(joinMs - (now - awaitsSince));
      const delay = reportDelay(since, differs, random);
      if (delay > 0) return again(delay);
      if (!same) last = { body, at: clock.monotonic() };
      session.outbox.set('Links', cluster, body);
      return again(reportDelay(0, false, random));
    },
  };
};

/** Reports in the local slice whether this cluster's part of it works. */
const showLocally = async ({ local, slice: name, hub, clock }: Session, body: LinksBody, signal: AbortSignal): Promise<void> => {
  const key = `${memberNamespace}/${name}`;
  const slice = local.slices.get(key);
  if (slice === undefined) return;
  const before = slice.status?.conditions;
  const wasReady = conditionOf(before, 'Ready')?.status === 'True';
  if (await writeCondition(local, slice, planLocalReadiness(body, hub.cluster, wasReady), clock, signal)) return;
  // A slice that was never Ready is in progress, and not degraded.
  if (!wasReady && conditionOf(before, 'Degraded') === undefined) return;
  // The write of one condition triggers this again for the other.
  await writeCondition(local, slice, planLocalDegradation(body), clock, signal);
};
