import { setCondition, type Verdict } from '../../api/condition.ts';
import type { LinkState, SliceNode, SliceNodeStatus } from '../../api/slicenode/type.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import type { Problem } from './desired.ts';
import type { DriverChoice, DriverEvidence } from './driver-choice.ts';
import type { SliceNetwork } from './slice-network.ts';

/** Everything that the status of a slice on this node is made of. */
export interface StatusInput {
  readonly network: SliceNetwork | undefined;
  readonly choice: DriverChoice | undefined;
  readonly drivers: readonly DriverEvidence[];
  /** Why the slice has no network, or why the kernel refused it. */
  readonly problem: Problem | undefined;
  /** UIDs of the pods that are attached. */
  readonly attached: ReadonlySet<string>;
  /** By pod UID: why it is not attached, though it should be. */
  readonly podProblems: ReadonlyMap<string, string>;
  /** Names of the pods, by UID. */
  readonly podNames: ReadonlyMap<string, { readonly namespace: string; readonly name: string }>;
  readonly addresses: readonly string[];
  readonly links: Readonly<Record<string, LinkState>>;
}

/** The status that should be published, without conditions. */
export const desiredStatus = (input: StatusInput): SliceNodeStatus => {
  const { network, choice } = input;
  const usable = input.drivers.filter(({ usable }) => usable).map(({ driver }) => driver);
  const shared = { drivers: usable, ...(choice === undefined ? {} : { driverReason: choice.reason }) };
  if (network === undefined) return { ...shared, pods: {}, links: {} };
  const pods = network.pods.flatMap((pod) => {
    const name = input.podNames.get(pod.uid);
    return name === undefined || !input.attached.has(pod.uid) ? [] : [[pod.uid, { ...name, address: pod.address }] as const];
  });
  return {
    ...shared,
    publicKey: network.publicKey,
    port: network.listenPort,
    endpoints: input.addresses.map((address) => ({ address, port: network.listenPort })),
    driver: network.driver,
    router: network.router,
    mtu: network.mtu,
    pods: Object.fromEntries(pods),
    links: input.links,
  };
};

/** The verdict Ready of a slice on this node: the worst thing first. */
export const readiness = (input: StatusInput): Verdict => {
  const type = 'Ready';
  if (input.problem !== undefined) return { type, status: 'False', ...input.problem };
  const links = Object.entries(input.links);
  const named = (state: LinkState['state']): string[] => links.filter(([, link]) => link.state === state).map(([name]) => name);
  const down = named('Down');
  if (down.length > 0)
    return {
      type,
      status: 'False',
      reason: 'LinkDown',
      message: `No packets from ${list(down)}: ${input.links[down[0] ?? '']?.reason ?? ''}`,
    };
  const pending = named('Pending');
  if (pending.length > 0)
    return {
      type,
      status: 'False',
      reason: 'LinksPending',
      message: `Waiting for ${list(pending)}: ${input.links[pending[0] ?? '']?.reason ?? ''}`,
    };
  const [stuck] = input.podProblems;
  const pods = `${input.attached.size} pods attached`;
  const trouble = stuck === undefined ? '' : `, ${input.podProblems.size} not: ${stuck[1]}`;
  return { type, status: 'True', reason: 'Ready', message: `${links.length} links up, ${pods}${trouble}.`.replace(/\.\.$/, '.') };
};

const list = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');

/** A patch for the status subresource (RFC 7396: null removes), or undefined when what is published is right. */
export type StatusPatch = { readonly status: Record<string, unknown> };

/**
 * The smallest merge patch that turns what is published into what is wanted, so that a pod that comes costs one small write.
 *
 * Measurements alone (round-trip time, loss, handshake age) make no patch unless `measurements` asks for it: they change every second.
 */
export const statusPatch = (
  seen: SliceNode,
  wanted: SliceNodeStatus,
  verdict: Verdict,
  options: { readonly measurements: boolean; readonly now: Date },
): StatusPatch | undefined => {
  const before = seen.status ?? {};
  const status: Record<string, unknown> = {};
  for (const key of scalarFields) if (!sameJson(before[key], wanted[key])) status[key] = wanted[key] ?? null;
  const pods = recordPatch(before.pods, wanted.pods, sameJson);
  const links = recordPatch(before.links, wanted.links, options.measurements ? sameJson : sameState);
  if (pods !== undefined) status.pods = pods;
  if (links !== undefined) status.links = links;
  const conditions = setCondition(
    before.conditions,
    steady(before.conditions, verdict, options.measurements || links !== undefined),
    seen.metadata.generation,
    options.now,
  );
  if (conditions !== before.conditions) status.conditions = conditions;
  return Object.keys(status).length === 0 ? undefined : { status };
};

const scalarFields = ['publicKey', 'port', 'endpoints', 'drivers', 'driver', 'driverReason', 'router', 'mtu'] as const;

/** Between refreshes a verdict that says the same keeps its words: they hold ages in seconds. */
const steady = (before: SliceNodeStatus['conditions'], verdict: Verdict, refresh: boolean): Verdict => {
  const published = before?.find((condition) => condition.type === verdict.type);
  const same = published?.status === verdict.status && published.reason === verdict.reason && verdict.status !== 'True';
  return same && !refresh ? { ...verdict, message: published.message } : verdict;
};

// The server orders keys as it likes.
const sameJson = (a: unknown, b: unknown): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
const sameState = (a: LinkState, b: LinkState): boolean => a.state === b.state && a.driver === b.driver;

const recordPatch = <T>(
  before: Readonly<Record<string, T>> | undefined,
  wanted: Readonly<Record<string, T>> | undefined,
  same: (a: T, b: T) => boolean,
): Record<string, T | null> | undefined => {
  const patch: Record<string, T | null> = {};
  for (const key of Object.keys(before ?? {})) if (wanted?.[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(wanted ?? {})) {
    const published = before?.[key];
    if (published === undefined || !same(published, value)) patch[key] = value;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
};
