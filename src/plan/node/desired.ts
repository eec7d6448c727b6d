import type { Reason } from '../../api/reasons.ts';
import { formatCidr } from '../../values/address/cidr.ts';
import { subnetLayout } from '../../values/address/subnet-layout.ts';
import { isAbsent, type NodeDecisions, type NodeFacts, type PodFacts, type SliceDecisions, type SliceFacts } from '../facts/node-state.ts';
import type { PodAttachment, SliceNetwork } from '../facts/slice-network.ts';
import { planPodAddresses } from '../ipam/pod-addresses.ts';
import { compileNodeAccess, type NodeAccess } from '../policy/node-access.ts';
import type { SliceServices } from '../services/slice-services.ts';
import { chooseDriver, type DriverChoice, type DriverEvidence } from '../tunnels/driver-choice.ts';
import { ipsecMtu, ownIdentity } from '../tunnels/ipsec.ts';
import type { PeerCalls } from '../tunnels/peer-calls.ts';
import type { TunnelUse } from '../tunnels/peer-keys.ts';
import { tunnelPeers } from '../tunnels/tunnel-peers.ts';
import { choosePort } from '../tunnels/tunnel-port.ts';
import { podHostInterface, sliceNetns, tunnelInterface } from './interface-names.ts';

/** A snapshot of all inputs of the node's slices. */
export interface NodeInput {
  readonly facts: NodeFacts;
  readonly decisions: NodeDecisions;
  readonly drivers: readonly DriverEvidence[];
  /** Key pair by slice name: the public half, and the file of the private one. */
  readonly keys: ReadonlyMap<string, { readonly publicKey: string; readonly privateKeyFile: string }>;
  /** By slice name: why its key cannot be read. @default none */
  readonly keyProblems?: ReadonlyMap<string, string>;
  /** MTU inside tunnels over this node's network. */
  readonly mtu: number;
  /** Network namespace path by pod UID, of the pods that currently have one. */
  readonly podNetns: ReadonlyMap<string, string>;
  /**
   * The endpoint to use for each peer, and how many handshake renewals it should have had; a peer without an entry has the first endpoint and none.
   */
  readonly calls: PeerCalls;
  /** What the tunnel to each peer may carry; one without an entry carries everything. @default everything */
  readonly tunnelUses?: ReadonlyMap<string, TunnelUse>;
  /** File with the private key of this node's certificates; IPsec tunnels carry nothing without it. @default none */
  readonly identityKeyFile?: string;
  /** The pinned authority (PEM) of a cluster, by the UID of a slice. @default none is known */
  readonly authorityOf?: (sliceUID: string, cluster: string) => string | undefined;
  /** The services of a slice with an address in a range; undefined while nothing is known about them. @default nothing is known */
  readonly services?: (slice: string, range: string) => SliceServices | undefined;
  /** UDP ports in use by other programs of the node. */
  readonly busyPorts: ReadonlySet<number>;
  /** Compiles policies. @default from scratch */
  readonly access?: NodeAccess;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Why a slice has no network on this node, or a pod is not attached. */
export interface Problem {
  readonly reason: Reason;
  readonly message: string;
}

/** A slice of which only its names in the kernel are known. */
export type ExistingSlice = Pick<SliceNetwork, 'slice' | 'netns' | 'interface'>;

/** The desired state of the node's kernel, and the decisions to store before it is applied. */
export interface NodePlan {
  readonly networks: readonly SliceNetwork[];
  /** Slices whose key cannot be read: their state in the kernel must stay unchanged, because their tunnels may work. */
  readonly untouched: readonly ExistingSlice[];
  readonly decisions: NodeDecisions;
  /** By slice, including those with a network. */
  readonly drivers: ReadonlyMap<string, DriverChoice>;
  /** By slice: why it has no network, or which object was refused. */
  readonly problems: ReadonlyMap<string, Problem>;
  /** By pod UID: why it has no address. */
  readonly podProblems: ReadonlyMap<string, string>;
  /** By slice: how many addresses all its pods on this node need, if the existing ones are too few. */
  readonly wantedAddresses: ReadonlyMap<string, number>;
  /** By pod UID: the slice of the pod. */
  readonly sliceOfPod: ReadonlyMap<string, string>;
  /** Pods of a slice whose network namespace is unknown: they have not started yet, or started before the agent. */
  readonly podsWithoutNetns: readonly string[];
  /** When to plan again without any change, in milliseconds since 1970. */
  readonly retryAt: number | undefined;
}

/**
 * The desired state of a node's kernel.
 *
 * ```
 * slice                                   then
 * has blocks and a driver                 a network: its peers, and those of its pods that have an address and a namespace
 * has no block yet, no driver, no port    no network, and a problem with the reason
 * has a key that cannot be read           its state in the kernel stays, and a problem with the reason
 * does not need the node                  no network and no problem; its port is free for others, and it goes on counting
 * was removed                             no network, and its decisions are forgotten
 * created again under its name            its port stays, its addresses are chosen again
 * ```
 *
 * A pod belongs to the first slice by name that lists its namespace. Only running pods get addresses, and an address stays with its pod.
 */
export const planNode = (input: NodeInput): NodePlan => {
  const networks: SliceNetwork[] = [];
  const untouched: ExistingSlice[] = [];
  const resting: Record<string, SliceDecisions> = {};
  const chosen: Record<string, SliceDecisions> = {};
  const drivers = new Map<string, DriverChoice>();
  const problems = new Map<string, Problem>();
  const podProblems = new Map<string, string>();
  const wantedAddresses = new Map<string, number>();
  const retries: number[] = [];
  const members = podsBySlice(input.facts);
  for (const slice of input.facts.slices) {
    const decided = input.decisions[slice.name];
    if (isAbsent(slice)) {
      if (decided !== undefined) resting[slice.name] = { uid: decided.uid, leases: {}, freed: {}, revision: decided.revision ?? 0 };
      continue;
    }
    const choice = chooseDriver(slice.driver, input.drivers);
    drivers.set(slice.name, choice);
    const port = choosePort(decided?.port, portsOf({ ...input.decisions, ...resting, ...chosen }, slice.name), input.busyPorts);
    const pods = members.get(slice.name) ?? [];
    const addresses = planPodAddresses({
      blocks: slice.blocks,
      leases: decided?.uid === slice.uid ? decided.leases : {},
      freed: decided?.uid === slice.uid ? decided.freed : {},
      withdrawals: decided?.uid === slice.uid ? (decided.withdrawals ?? {}) : {},
      // A slice created again under its name continues counting, so that an old revision is not mistaken for a new one.
      revision: decided?.revision ?? 0,
      withdrawnThrough: slice.withdrawnThrough,
      pods: pods.map(({ uid }) => uid).filter((uid) => input.podNetns.has(uid) || decided?.leases[uid] !== undefined),
      now: input.now,
    });
    for (const refusal of addresses.refusals) podProblems.set(refusal.pod, refusal.message);
    if (addresses.retryAt !== undefined) retries.push(addresses.retryAt);
    if (port !== undefined) {
      const { leases, freed, revision, withdrawals } = addresses;
      chosen[slice.name] = { uid: slice.uid, port, leases, freed, revision, withdrawals };
    }
    if (addresses.wantedAddresses !== undefined) wantedAddresses.set(slice.name, addresses.wantedAddresses);
    const key = input.keys.get(slice.name);
    const names = { slice: slice.name, netns: sliceNetns(slice.name), interface: tunnelInterface(slice, input.facts.node) };
    const keyProblem = input.keyProblems?.get(slice.name);
    const problem: Problem | undefined =
      keyProblem === undefined ? obstacle(choice, port, addresses.router) : { reason: 'NotConnected', message: keyProblem };
    if (problem !== undefined) problems.set(slice.name, problem);
    if (keyProblem !== undefined) untouched.push(names);
    if (choice.driver === undefined || port === undefined || addresses.router === undefined || key === undefined) continue;
    const access = (input.access ?? compileNodeAccess)(slice, pods, addresses.leases);
    const services = input.services?.(slice.name, formatCidr(subnetLayout(slice.subnet).services));
    networks.push({
      ...names,
      driver: choice.driver,
      ...key,
      listenPort: port,
      router: addresses.router,
      subnet: slice.subnet,
      blocks: slice.blocks,
      mtu: choice.driver === 'IPsec' ? ipsecMtu(input.mtu) : input.mtu,
      peers: tunnelPeers(slice, input.calls, input.tunnelUses ?? new Map(), (cluster) => input.authorityOf?.(slice.uid, cluster)),
      ...ownIdentity(slice, input.identityKeyFile),
      ...(access === undefined ? {} : { access }),
      ...(services === undefined ? {} : { services }),
      pods: pods.flatMap((pod) => attachment(slice, pod, addresses.leases, input.podNetns)),
    });
  }
  for (const [slice, problem] of refusals(input.facts)) if (!problems.has(slice)) problems.set(slice, problem);
  const memberPods = [...members].flatMap(([slice, pods]) => pods.map((pod) => [pod.uid, slice] as const));
  return {
    networks,
    untouched,
    decisions: { ...resting, ...chosen },
    drivers,
    problems,
    podProblems,
    wantedAddresses,
    sliceOfPod: new Map(memberPods),
    podsWithoutNetns: memberPods.map(([uid]) => uid).filter((uid) => !input.podNetns.has(uid)),
    retryAt: retries.length === 0 ? undefined : Math.min(...retries),
  };
};

/** Eligible pods by slice. */
const podsBySlice = (facts: NodeFacts): Map<string, PodFacts[]> => {
  const sliceOf = new Map<string, string>();
  for (const slice of facts.slices) {
    for (const namespace of slice.namespaces) if (!sliceOf.has(namespace)) sliceOf.set(namespace, slice.name);
  }
  const members = new Map<string, PodFacts[]>();
  for (const pod of facts.pods) {
    const slice = sliceOf.get(pod.namespace);
    if (slice !== undefined && pod.eligible) members.set(slice, [...(members.get(slice) ?? []), pod]);
  }
  return members;
};

const portsOf = (decisions: NodeDecisions, except: string): Set<number> =>
  new Set(Object.entries(decisions).flatMap(([name, { port }]) => (name === except || port === undefined ? [] : [port])));

const obstacle = (choice: DriverChoice, port: number | undefined, router: string | undefined): Problem | undefined => {
  if (choice.driver === undefined) return { reason: 'DriverUnavailable', message: `${sentence(choice.reason)}.` };
  if (router === undefined)
    return { reason: 'NotConnected', message: 'The node has no address block in the slice yet; its worker requests one from the hub.' };
  if (port === undefined)
    return {
      reason: 'NotConnected',
      message: 'All 80 UDP ports from 51820 are in use on this node, one per slice; remove a slice or free a port.',
    };
  return undefined;
};

/** By slice: the first refused object, and how many more. */
const refusals = ({ refused = [] }: NodeFacts): Map<string, Problem> => {
  const found = new Map<string, Problem>();
  for (const slice of new Set(refused.map((refusal) => refusal.slice))) {
    const [first, ...more] = refused.filter((refusal) => refusal.slice === slice).map(({ message }) => message);
    const others = more.length === 0 ? '' : ` ${more.length} more objects are refused.`;
    found.set(slice, { reason: 'FieldRefused', message: `${first}${others}` });
  }
  return found;
};

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const attachment = (
  slice: SliceFacts,
  pod: PodFacts,
  leases: Readonly<Record<string, string>>,
  podNetns: ReadonlyMap<string, string>,
): PodAttachment[] => {
  const address = leases[pod.uid];
  const netns = podNetns.get(pod.uid);
  if (address === undefined || netns === undefined) return [];
  const hostInterface = podHostInterface(slice.name, pod.uid);
  return [{ uid: pod.uid, name: `${pod.namespace}/${pod.name}`, netns, address, hostInterface }];
};
