import type { Kernel, Outcome, Scope } from '../../kernel/port.ts';
import { busyUdpPorts } from '../../kernel/tunnel/busy-ports.ts';
import { recalled } from '../../plan/facts/known-decisions.ts';
import type { HeldFacts } from '../../plan/facts/lost-objects.ts';
import { isAbsent, type NodeDecisions, type NodeFacts, type Snapshot } from '../../plan/facts/node-state.ts';
import { hasGrown, type SliceNetwork } from '../../plan/facts/slice-network.ts';
import type { LinkHistory } from '../../plan/links/liveness.ts';
import { type NodeInput, type NodePlan, planNode } from '../../plan/node/desired.ts';
import { sliceNetns, tunnelInterface } from '../../plan/node/interface-names.ts';
import { rememberingNodeAccess } from '../../plan/policy/node-access.ts';
import { nextCallAt, type PeerCalls, planPeerCalls } from '../../plan/tunnels/peer-calls.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Clock } from '../../values/clock.ts';
import { linkVerdicts } from '../../values/link-verdict.ts';
import type { KeyBinding } from './binding/key-binding.ts';
import type { PodNetns } from './cni/pod-netns.ts';
import type { SliceSubnetsFile } from './cni/slice-subnets-file.ts';
import type { SnapshotFile } from './stored/snapshot-file.ts';
import type { TunnelKeys } from './tunnel-keys.ts';

/** What the agent of a node uses. */
export interface NodeAgentParts {
  readonly kernel: Kernel;
  /** Changes whenever the slices or their namespaces may have changed; not with pods and peers. */
  readonly slicesVersion: () => number;
  /** The version of the latest SlicePeer in the facts; undefined while none has a numeric version. */
  readonly peersVersion: () => number | undefined;
  /** The facts from the API server, undefined before its first complete read. */
  readonly facts: (before: HeldFacts | undefined) => HeldFacts | undefined;
  /** Called with the facts that the node uses from now on. */
  readonly actsOn: (facts: NodeFacts) => void;
  /** The published decisions of this node, which replace those that the snapshot lost. */
  readonly published: () => NodeDecisions;
  readonly keys: TunnelKeys;
  readonly snapshotFile: SnapshotFile;
  /** Stores what this node verified and accepted; the facts depend on it. */
  readonly keepVerified: () => Promise<void>;
  readonly snapshot: Snapshot | undefined;
  readonly sliceSubnets: SliceSubnetsFile;
  readonly podNetns: PodNetns;
  /** State of a link by slice and peer name, to try the next endpoint when one does not answer. */
  readonly linkOf: (slice: string, peer: string) => LinkHistory | undefined;
  /** The keys from mutual TLS with the peers; undefined on a node that uses none. */
  readonly binding?: Pick<KeyBinding, 'found' | 'decide' | 'save' | 'openedAt'>;
  /** See `NodeInput.identityKeyFile`. */
  readonly identityKeyFile?: string;
  /** See `NodeInput.authorityOf`. */
  readonly authorityOf?: NodeInput['authorityOf'];
  /** See `NodeInput.services`. */
  readonly services?: NodeInput['services'];
  /** MTU inside tunnels for a node with these addresses. */
  readonly mtu: (addresses: readonly string[], signal: AbortSignal) => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'add' | 'set' | 'remove'>;
}

/** The decisions and results of one step. */
export interface Step {
  readonly facts: NodeFacts;
  readonly plan: NodePlan;
  readonly outcome: Outcome;
  /** By slice: the version of SlicePeers up to which the tunnel has all their blocks, from the last time that a peer got more blocks. */
  readonly peersVersions: ReadonlyMap<string, number>;
  /** Milliseconds until the next step is due without any change; undefined when none is. */
  readonly againMs: number | undefined;
}

/** Keeps the slices of one node: it observes, plans, stores the decisions, and applies them to the kernel. Steps must not overlap. */
export class NodeAgent {
  readonly #parts: NodeAgentParts;
  #held: HeldFacts | undefined;
  #decisions: NodeDecisions;
  #calls: PeerCalls = new Map();
  /** Slice by namespace, as of a version. */
  #slicesByNamespace: { readonly version: number; readonly slices: ReadonlyMap<string, string> } | undefined;
  #mtu: number | undefined;
  readonly #access = rememberingNodeAccess();
  #last: Step | undefined;
  #hasFoundTunnels = false;
  /** By slice: the last network that the kernel applied without a failure. */
  readonly #applied = new Map<string, SliceNetwork>();
  readonly #peersVersions = new Map<string, number>();
  /** Pods without a namespace in the last step, and for how many consecutive steps they were the same. */
  #waiting = { pods: '', steps: 0 };

  constructor(parts: NodeAgentParts) {
    this.#parts = parts;
    this.#held = parts.snapshot === undefined ? undefined : { facts: parts.snapshot.facts, losses: new Map() };
    this.#decisions = parts.snapshot?.decisions ?? {};
  }

  /** The latest step, undefined before the first. */
  get last(): Step | undefined {
    return this.#last;
  }

  #index(facts: NodeFacts | undefined, version: number): void {
    const pairs = (facts?.slices ?? []).flatMap(({ name, namespaces }) => namespaces.map((namespace) => [namespace, name] as const));
    // Of two slices with the same namespace the first one counts.
    this.#slicesByNamespace = { version, slices: new Map(pairs.toReversed()) };
  }

  /** The slice that pods of a namespace join, if there is one. */
  sliceOf(namespace: string): string | undefined {
    const version = this.#parts.slicesVersion();
    // Every pod start or end on the node calls this, so it does not compute the facts again.
    if (this.#slicesByNamespace?.version !== version) this.#index((this.#parts.facts(this.#held) ?? this.#held)?.facts, version);
    return this.#slicesByNamespace?.slices.get(namespace);
  }

  /**
   * Called by the CNI plugin: a pod starts in this namespace. The next step attaches it, once the API server shows whether it is a member: a label
   * may exclude a pod. It is closed until then.
   */
  podStarts(uid: string, netns: string): void {
    this.#parts.podNetns.announce(uid, netns);
  }

  /** Called by the CNI plugin: a pod's namespace ends. */
  podEnds(uid: string, netns: string | undefined): void {
    this.#parts.podNetns.forget(uid, netns);
  }

  /** Whether a pod has its slice interface. */
  isAttached(uid: string): boolean {
    return [...(this.#last?.outcome.attached.values() ?? [])].some((pods) => pods.has(uid));
  }

  /**
   * Whether one of the next steps may attach a pod that the CNI plugin announced. Not when the pod stays out of the slice, when there is no address
   * for it, or when the node has no network for the slice: then it is attached when that changes.
   */
  awaitsAttachment(uid: string): boolean {
    if (this.#last === undefined) return true;
    const { facts, plan } = this.#last;
    const pod = facts.pods.find((one) => one.uid === uid);
    // The API server will deliver it at any moment, because the kubelet has it from there.
    if (pod === undefined) return true;
    const slice = plan.sliceOfPod.get(uid);
    const hasNetwork = plan.networks.some((network) => network.slice === slice);
    return slice !== undefined && !this.isAttached(uid) && !plan.podProblems.has(uid) && hasNetwork;
  }

  /** Tunnels of an earlier process may carry packets of pods without keys. */
  async #findTunnels({ node, slices }: NodeFacts, keys: ReadonlyMap<string, unknown>, signal: AbortSignal): Promise<void> {
    const { binding, kernel } = this.#parts;
    if (binding === undefined) return;
    for (const slice of slices) {
      const { name } = slice;
      const network = { interface: tunnelInterface(slice, node), netns: sliceNetns(name) };
      const tunnel = keys.has(name) ? await kernel.observe(network, signal) : undefined;
      if (tunnel !== undefined) binding.found(name, tunnel);
    }
  }

  /**
   * Whether a pod that the CNI plugin announced waits for this node to join its slice: the worker puts the node into the slice when the pod is
   * scheduled, mostly before it starts.
   */
  awaitsSlice(uid: string): boolean {
    if (this.#last === undefined) return false;
    const { facts } = this.#last;
    const pod = facts.pods.find((one) => one.uid === uid);
    const slice = pod?.eligible === true ? this.sliceOf(pod.namespace) : undefined;
    return facts.slices.some((one) => one.name === slice && one.blocks.length === 0);
  }

  /** Peers to which the tunnel of a slice carries no packets of pods, because there is no key from mutual TLS yet. */
  closedPeers(slice: string): readonly string[] {
    const peers = this.#last?.plan.networks.find((network) => network.slice === slice)?.peers ?? [];
    return peers.flatMap(({ name, isClosed, isRefused }) => (isClosed === true && isRefused !== true ? [name] : []));
  }

  /** One step; undefined while nothing is known about this node: then nothing may change. */
  async step(scope: Scope, signal: AbortSignal): Promise<Step | undefined> {
    const { kernel, keys, podNetns, clock, log, metrics, snapshotFile } = this.#parts;
    // Read before the facts: what arrives in between is confirmed by the next step.
    const peersVersion = this.#parts.peersVersion();
    const version = this.#parts.slicesVersion();
    const held = this.#parts.facts(this.#held) ?? this.#held;
    this.#index(held?.facts, version);
    if (held === undefined) return undefined;
    const { facts, losses } = held;
    const inSlices = facts.slices.filter((slice) => !isAbsent(slice));
    for (const slice of losses.keys())
      if (this.#held?.losses.has(slice) !== true)
        log.warn('a SliceNode is missing although its slice has not ended; its last content is kept', { slice });
    this.#held = held;
    this.#parts.actsOn(facts);
    if (this.#mtu === undefined || scope !== 'changes') this.#mtu = await this.#parts.mtu(facts.addresses, signal);
    const namespaces = new Set(facts.slices.flatMap((slice) => slice.namespaces));
    const members = facts.pods.filter((pod) => pod.eligible && namespaces.has(pod.namespace)).map((pod) => pod.uid);
    const { keys: ownKeys, problems: keyProblems } = await keys.all(inSlices.map(({ name }) => name));
    for (const [slice, problem] of keyProblems)
      if (!this.#last?.plan.problems.has(slice))
        log.warn('a tunnel key cannot be read; the slice in the kernel stays unchanged', { slice, problem });
    const { binding } = this.#parts;
    this.#calls = planPeerCalls({
      before: this.#calls,
      slices: facts.slices,
      keys: ownKeys,
      linkOf: this.#parts.linkOf,
      ...(binding === undefined ? {} : { openedAt: (slice, peer) => binding.openedAt(slice, peer) }),
      now: clock.monotonic(),
    });
    if (!this.#hasFoundTunnels) await this.#findTunnels(facts, ownKeys, signal);
    this.#hasFoundTunnels = true;
    const tunnels = binding?.decide(facts.slices, ownKeys);
    const plan = planNode({
      facts,
      decisions: recalled(this.#parts.published(), this.#decisions, clock.now()),
      drivers: await kernel.drivers(signal),
      keys: ownKeys,
      keyProblems,
      mtu: this.#mtu,
      podNetns: await podNetns.locate(members),
      calls: this.#calls,
      ...(this.#parts.identityKeyFile === undefined ? {} : { identityKeyFile: this.#parts.identityKeyFile }),
      ...(this.#parts.authorityOf === undefined ? {} : { authorityOf: this.#parts.authorityOf }),
      ...(tunnels === undefined ? {} : { tunnelUses: tunnels.uses }),
      ...(this.#parts.services === undefined ? {} : { services: this.#parts.services }),
      busyPorts: await busyUdpPorts(),
      access: this.#access,
      now: clock.now(),
    });
    const gone = Object.keys(this.#decisions).filter((slice) => !inSlices.some(({ name }) => name === slice));
    this.#decisions = plan.decisions;
    await this.#parts.keepVerified();
    await binding?.save();
    // Decisions are stored before the kernel applies them, so that a crash cannot lead to an address or port with two owners.
    await snapshotFile.save({ version: 1, facts, decisions: plan.decisions, podNetns: podNetns.announced() });
    // Before a pod can be attached: a pod that starts while the agent does not run must be closed.
    await this.#parts.sliceSubnets.save(facts.slices);
    const outcome = await kernel.converge(plan.networks, signal, scope, {
      closedSubnets: facts.slices.map(({ subnet }) => subnet),
      untouched: plan.untouched,
      livingPods: new Set(facts.pods.map(({ uid }) => uid)),
    });
    // All slices of the node instead of those in `gone`: a killed agent left keys without a decision.
    await keys
      .keepOnly(new Set(inSlices.map(({ name }) => name)))
      .catch((error: unknown) => log.warn('keys of slices that ended are not deleted; the next step tries again', { error }));
    for (const slice of gone) {
      metrics.remove('nodePods', { slice });
      metrics.remove('nodePodFailures', { slice });
      metrics.remove('nodeCertificateRemainingSeconds', { slice });
      for (const state of linkVerdicts) metrics.remove('nodeLinks', { slice, state });
    }
    for (const change of outcome.changes) log.debug('kernel changed', { change });
    for (const slice of facts.slices) {
      const attached = outcome.attached.get(slice.name)?.size;
      if (attached === undefined) continue;
      metrics.set('nodePods', { slice: slice.name }, attached);
      metrics.set('nodePodFailures', { slice: slice.name }, failuresOf(slice.name, plan, outcome));
    }
    metrics.add('kernelChanges', {}, outcome.changes.length);
    for (const [slice, failure] of outcome.failures) log.warn('slice is not in place', { slice, error: failure });
    const pods = plan.podsWithoutNetns.join();
    this.#waiting = { pods, steps: pods === this.#waiting.pods ? this.#waiting.steps + 1 : 0 };
    const callAt = nextCallAt(this.#calls);
    const dueInMs = [callAt === undefined ? [] : [Math.max(0, callAt - clock.monotonic())], tunnels?.againMs ?? []].flat();
    const confirmed = plan.networks.filter(
      (network) => !outcome.failures.has(network.slice) && hasGrown(this.#applied.get(network.slice), network),
    );
    for (const network of confirmed) if (peersVersion !== undefined) this.#peersVersions.set(network.slice, peersVersion);
    for (const network of plan.networks) if (!outcome.failures.has(network.slice)) this.#applied.set(network.slice, network);
    for (const slice of this.#applied.keys()) if (!inSlices.some(({ name }) => name === slice)) this.#applied.delete(slice);
    this.#last = {
      facts,
      plan,
      peersVersions: new Map(this.#peersVersions),
      outcome: withKeptPods(outcome, this.#last?.outcome),
      againMs: againMs(plan, outcome, this.#waiting.steps, clock.now(), dueInMs),
    };
    return this.#last;
  }
}

/** How many pods of a slice are not attached. */
const failuresOf = (slice: string, { sliceOfPod, podProblems }: NodePlan, { podFailures }: Outcome): number =>
  [...sliceOfPod].filter(([uid, owner]) => owner === slice && (podProblems.has(uid) || podFailures.has(uid))).length;

/** A slice whose pass failed reports nothing about its pods; the attached ones stay attached. */
const withKeptPods = (outcome: Outcome, before: Outcome | undefined): Outcome => {
  const attached = new Map(outcome.attached);
  for (const slice of outcome.failures.keys()) {
    const kept = before?.attached.get(slice);
    if (!attached.has(slice) && kept !== undefined) attached.set(slice, kept);
  }
  return { ...outcome, attached };
};

const againMs = (plan: NodePlan, outcome: Outcome, steps: number, now: number, dueInMs: readonly number[]): number | undefined => {
  const waits = [...dueInMs];
  // The file may be repaired, or file descriptors may become free.
  if (plan.untouched.length > 0) waits.push(1_000);
  // Postponed pods have their own time for the next step.
  if (outcome.failures.size > 0 || [...outcome.podFailures.keys()].some((uid) => !outcome.putOff.has(uid))) waits.push(1_000);
  waits.push(...outcome.putOff.values());
  // Containers of these pods may start at any moment without a CNI call to this agent; most do within seconds, some never.
  if (plan.podsWithoutNetns.length > 0) waits.push(Math.min(500 + 50 * steps, 5_000));
  if (plan.retryAt !== undefined) waits.push(Math.max(100, plan.retryAt - now));
  return waits.length === 0 ? undefined : Math.min(...waits);
};
