import { type Condition, setCondition, type Verdict } from '../../api/condition.ts';
import type { LinkReport, SliceNode, SliceNodeStatus } from '../../api/slicenode/type.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import type { SliceNetwork } from '../facts/slice-network.ts';
import { sameVotes } from '../links/link-votes.ts';
import type { DriverChoice, DriverEvidence } from '../tunnels/driver-choice.ts';
import type { Problem } from './desired.ts';

/** The inputs of the status of a slice on this node. */
export interface StatusInput {
  /** No pod of the slice needs this node. @default false */
  readonly idle?: boolean;
  readonly network: SliceNetwork | undefined;
  readonly choice: DriverChoice | undefined;
  readonly drivers: readonly DriverEvidence[];
  /** Why the slice has no network, or why the kernel refused it. */
  readonly problem: Problem | undefined;
  /** UIDs of the pods that are attached. */
  readonly attached: ReadonlySet<string>;
  /** By pod UID: why a pod of the slice is not attached. */
  readonly podProblems: ReadonlyMap<string, string>;
  /** Names of the pods, by UID. */
  readonly podNames: ReadonlyMap<string, { readonly namespace: string; readonly name: string }>;
  readonly addresses: readonly string[];
  /** The report about the links; undefined while it knows less than the report of an earlier run. */
  readonly links: LinkReport | undefined;
  /** Whether some links are not judged yet since this run began: then they do not affect Ready. */
  readonly partial?: boolean;
  /** The key by which the node proves who it is, with its proof for this slice. */
  readonly identity?: SliceNodeStatus['identity'];
  /** This node takes packets of pods only under keys from mutual TLS. */
  readonly bindsKeys?: boolean;
  /** Revision of the decisions about the pods' addresses. */
  readonly podsRevision?: number | undefined;
  /** Version of SlicePeers up to which the tunnel has all their blocks. */
  readonly peersVersion?: number | undefined;
  /** Whether the published `serviceAddresses` is true: services stay in the kernel while an agent that just started knows nothing about them. */
  readonly servedAddresses?: boolean;
  /** How many addresses all pods need, if there are too few. */
  readonly wantedAddresses?: number | undefined;
  /** Digest of the policies in the kernel. */
  readonly accessDigest?: string | undefined;
}

/** The status to publish, without conditions. */
export const desiredStatus = (input: StatusInput): SliceNodeStatus => {
  const { network, choice, podsRevision } = input;
  // The tunnel of a node that leaves works until no other node uses it, but is no longer offered.
  if (input.idle === true) return { ...(podsRevision === undefined ? {} : { podsRevision }), pods: {} };
  const usable = input.drivers.filter(({ usable }) => usable).map(({ driver }) => driver);
  const shared = {
    drivers: usable,
    ...(choice === undefined ? {} : { driverReason: choice.reason }),
    ...(podsRevision === undefined ? {} : { podsRevision }),
    ...(input.peersVersion === undefined ? {} : { peersVersion: input.peersVersion }),
    ...(input.wantedAddresses === undefined ? {} : { wantedAddresses: input.wantedAddresses }),
    ...(input.accessDigest === undefined ? {} : { accessDigest: input.accessDigest }),
  };
  if (network === undefined) return { ...shared, pods: {} };
  const pods = network.pods.flatMap((pod) => {
    const name = input.podNames.get(pod.uid);
    return name === undefined || !input.attached.has(pod.uid) ? [] : [[pod.uid, { ...name, address: pod.address }] as const];
  });
  return {
    ...shared,
    publicKey: network.publicKey,
    ...(input.identity === undefined ? {} : { identity: input.identity }),
    ...(input.bindsKeys === true ? { bindsKeys: true } : {}),
    port: network.listenPort,
    endpoints: input.addresses.map((address) => ({ address, port: network.listenPort })),
    driver: network.driver,
    router: network.router,
    mtu: network.mtu,
    serviceAddresses: network.services !== undefined || input.servedAddresses === true,
    pods: Object.fromEntries(pods),
    ...(input.links === undefined ? {} : { links: input.links }),
  };
};

/**
 * The condition Ready of a slice on this node, the worst fault first; undefined when it depends on links that are not known yet.
 *
 * ```
 * the slice does not need the node             Ready, because it is not in use
 * no network, or the kernel refuses            its reason
 * no node of some cluster is reachable         LinkDown, with a pair
 * nothing is known of some cluster yet         LinksPending
 * otherwise                                    Ready, with the links that are not up
 * ```
 */
export const readiness = (input: StatusInput): Verdict | undefined => {
  const type = 'Ready';
  if (input.idle === true)
    return { type, status: 'True', reason: 'NotInUse', message: 'No pod of the slice runs on this node, so it has no tunnel.' };
  if (input.problem !== undefined) return { type, status: 'False', ...input.problem };
  if (input.links === undefined || input.partial) return undefined;
  const clusters = Object.entries(input.links.clusters);
  const evidence = (names: readonly string[]): string => {
    const first = input.links?.exceptions?.find(({ peer }) => names.includes(peer.slice(0, peer.indexOf('/'))));
    return first === undefined ? '' : `; ${first.peer}: ${first.reason}`;
  };
  const lost = clusters.flatMap(([name, { up, down }]) => (up === 0 && down > 0 ? [name] : []));
  if (lost.length > 0)
    return { type, status: 'False', reason: 'LinkDown', message: `No node of ${list(lost)} is reachable${evidence(lost)}` };
  const unknown = clusters.flatMap(([name, { up, down }]) => (up + down === 0 ? [name] : []));
  if (unknown.length > 0 && unknown.length === clusters.length)
    return { type, status: 'False', reason: 'LinksPending', message: `No node of ${list(unknown)} has answered yet${evidence(unknown)}` };
  const sum = (of: 'up' | 'down'): number => clusters.reduce((total, [, votes]) => total + votes[of], 0);
  const [up, down] = [sum('up'), sum('down')];
  const [stuck] = input.podProblems;
  const pods = `${input.attached.size} pods attached`;
  const trouble = stuck === undefined ? '' : `, ${input.podProblems.size} not: ${stuck[1]}`;
  const links = `${up} links up${down === 0 ? '' : `, ${down} down`}`;
  return { type, status: 'True', reason: 'Ready', message: `${links}, ${pods}${trouble}.`.replace(/\.\.$/, '.') };
};

const list = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');

/** A patch for the status subresource (RFC 7396: null removes), or undefined when the published status is correct. */
export type StatusPatch = { readonly status: Record<string, unknown> };

/**
 * The smallest merge patch from the published to the desired status, so that a new pod costs one small write.
 *
 * Of the links only a change of votes makes a patch; measurements and reasons go with it, and with a `heartbeat`, which confirms an unchanged report.
 */
export const statusPatch = (
  seen: SliceNode,
  wanted: SliceNodeStatus,
  verdict: Verdict | undefined,
  options: { readonly heartbeat: boolean; readonly now: Date; readonly further?: readonly Verdict[] },
): StatusPatch | undefined => {
  const before = seen.status ?? {};
  const status: Record<string, unknown> = {};
  for (const key of scalarFields) if (!sameJson(before[key], wanted[key])) status[key] = wanted[key] ?? null;
  const pods = recordPatch(before.pods, wanted.pods);
  if (pods !== undefined) status.pods = pods;
  const links = linksPatch(before.links, wanted, options.heartbeat);
  if (links !== undefined) status.links = links;
  const verdicts = [...(verdict === undefined ? [] : [verdict]), ...(options.further ?? [])];
  const conditions = verdicts.reduce<readonly Condition[] | undefined>(
    (list, each) => setCondition(list, each, seen.metadata.generation, options.now),
    before.conditions,
  );
  if (conditions !== before.conditions) status.conditions = conditions;
  return Object.keys(status).length === 0 ? undefined : { status };
};

const scalarFields = [
  'publicKey',
  'identity',
  'bindsKeys',
  'port',
  'endpoints',
  'drivers',
  'driver',
  'driverReason',
  'router',
  'mtu',
  'serviceAddresses',
  'podsRevision',
  'peersVersion',
  'wantedAddresses',
  'accessDigest',
] as const;

/** A slice without a tunnel has no links; a link that is not known yet keeps its report. */
const linksPatch = (
  before: LinkReport | undefined,
  { links, publicKey }: SliceNodeStatus,
  heartbeat: boolean,
): Record<string, unknown> | null | undefined => {
  if (publicKey === undefined) return before === undefined ? undefined : null;
  if (links === undefined || (before?.observedAt !== undefined && !heartbeat && sameVotes(before.clusters, links.clusters)))
    return undefined;
  const clusters = recordPatch(before?.clusters, links.clusters, true);
  const exceptions = sameJson(before?.exceptions, links.exceptions) ? {} : { exceptions: links.exceptions ?? null };
  return {
    observedAt: links.observedAt,
    ...(clusters === undefined && before?.clusters !== undefined ? {} : { clusters: clusters ?? {} }),
    ...exceptions,
  };
};

// The server orders keys freely.
const sameJson = (a: unknown, b: unknown): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));

/** Entries that differ; with `whole`, a field that an entry no longer has is removed too. */
const recordPatch = <T extends object>(
  before: Readonly<Record<string, T>> | undefined,
  wanted: Readonly<Record<string, T>> | undefined,
  whole = false,
): Record<string, unknown> | undefined => {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(before ?? {})) if (wanted?.[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(wanted ?? {})) {
    const published = before?.[key];
    if (published !== undefined && sameJson(published, value)) continue;
    const gone = whole && published !== undefined ? Object.keys(published).filter((field) => !(field in value)) : [];
    patch[key] = { ...value, ...Object.fromEntries(gone.map((field) => [field, null])) };
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
};
