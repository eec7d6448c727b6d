import { mustRun } from '../../host/run.ts';
import type { PodAttachment, SliceNetwork } from '../../plan/facts/slice-network.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import {
  addNetns,
  allSettings,
  deleteNetns,
  inNetns,
  netnsIdentity,
  netnsPath,
  type OwnNamespaces,
  writeSettings,
  wrongSettings,
} from '../netns.ts';
import { detachPod } from '../pod/attach.ts';
import { PodGuard } from '../pod/pod-guard.ts';
import { PodReconciler } from '../pod/pod-reconciler.ts';
import type { ObservedTunnel } from '../port.ts';
import { PeerReconciler } from '../tunnel/peer-reconciler.ts';
import { createTunnel, observeTunnel, removeTunnel, type TunnelOptions } from '../tunnel/tunnel.ts';
import { AccessReconciler } from './access-reconciler.ts';
import { Firewall } from './firewall.ts';
import { ipBatch } from './ip-batch.ts';
import { baseRules, elementsOf, tableName } from './nft.ts';
import type { Element } from './nft-table.ts';
import type { Report } from './report.ts';
import { ServicesReconciler } from './services-reconciler.ts';
import { shelterLines, sliceLines } from './slice-plan.ts';
import { type NamespaceState, nothingMade, observeSlice } from './slice-state.ts';

/** The result of the last successful pass, which passes of scope `changes` trust. */
interface Memory {
  readonly network: SliceNetwork;
  readonly identity: string;
}

/** What a namespace holds before a pass. */
interface Observed {
  /** Settings to write, as `name=value`. */
  readonly settings: readonly string[];
  readonly elements: ReadonlySet<Element> | undefined;
  readonly first: NamespaceState;
  readonly tunnel: ObservedTunnel | undefined;
}

/** A namespace that this pass makes is not read: the first pod of a slice on a node waits for it. */
const nothingYet: Observed = { settings: allSettings, elements: undefined, first: nothingMade, tunnel: undefined };

/** Keeps one slice of one node in the kernel. */
export class SliceReconciler {
  readonly #tunnel: TunnelOptions;
  readonly #firewall: Firewall;
  readonly #access: AccessReconciler;
  readonly #services: ServicesReconciler;
  readonly #namespaces: OwnNamespaces;
  readonly #guard: PodGuard;
  readonly #netns: string;
  readonly #peers: PeerReconciler;
  readonly #pods: PodReconciler;
  #memory: Memory | undefined;

  constructor(tunnel: TunnelOptions, netns: string, directory: string, namespaces: OwnNamespaces, clock: Clock) {
    this.#namespaces = namespaces;
    this.#tunnel = tunnel;
    this.#netns = netns;
    this.#firewall = new Firewall(tunnel.run, netns, directory, tableName);
    this.#access = new AccessReconciler(tunnel.run, netns, directory);
    this.#services = new ServicesReconciler(tunnel.run, netns, directory);
    this.#guard = new PodGuard(tunnel.run, netns, directory);
    this.#peers = new PeerReconciler(tunnel, netns);
    this.#pods = new PodReconciler(tunnel.run, this.#guard, clock);
  }

  /** Makes the kernel hold the network; changes and failures go to the report. */
  async converge(
    network: SliceNetwork,
    scope: 'everything' | 'changes',
    report: Report,
    signal: AbortSignal,
    livingPods?: ReadonlySet<string>,
  ): Promise<void> {
    const memory = this.#memory;
    const identity = await netnsIdentity(netnsPath(this.#netns));
    const trusted = scope === 'changes' && memory !== undefined && memory.identity === identity && sameBase(memory.network, network);
    this.#memory = undefined;
    const members = new Set(network.pods.map(({ uid }) => uid));
    // A pod that is attached again stays closed in between, and a deleted pod until it has ended.
    const detach = (pod: PodAttachment): Promise<void> =>
      detachPod(this.#tunnel.run, network, pod, signal, members.has(pod.uid) || livingPods?.has(pod.uid) === false);
    if (trusted) await this.#adjust(memory.network, network, detach, report, signal);
    else {
      const wanted = new Map(network.pods.map((pod) => [pod.hostInterface, pod]));
      const gone = (memory?.network.pods ?? []).filter((pod) => wanted.get(pod.hostInterface)?.netns !== pod.netns);
      for (const pod of gone) await detach(pod);
      for (const pod of gone) report.changes.push(`${network.slice}: detach ${pod.name}`);
      await this.#rebuild(network, identity, report, signal);
    }
    const now = await netnsIdentity(netnsPath(this.#netns));
    const attached = new Set(network.pods.filter((pod) => !report.podFailures.has(pod.uid)).map((pod) => pod.uid));
    report.attached.set(network.slice, attached);
    this.#pods.keep(new Set(network.pods.map((pod) => pod.uid)), attached);
    // A failed pod is left out of the trusted result, so that the next pass tries it again.
    if (now !== undefined)
      this.#memory = { network: { ...network, pods: network.pods.filter((pod) => attached.has(pod.uid)) }, identity: now };
  }

  /** Removes the slice from the node; with `staysClosed` its subnet stays unreachable in its pods. */
  async remove(network: SliceNetwork, signal: AbortSignal, staysClosed: boolean): Promise<void> {
    this.#memory = undefined;
    for (const pod of network.pods) await detachPod(this.#tunnel.run, network, pod, signal, staysClosed);
    await removeTunnel(this.#tunnel, network.interface, this.#netns, signal);
    await deleteNetns(this.#tunnel.run, this.#netns, signal);
    await this.#namespaces.forget(this.#netns);
    await Promise.all([this.#firewall.forget(), this.#access.forget(), this.#services.forget(), this.#guard.forget()]);
  }

  /** Reads everything and repairs in this order: fail-closed routes and rules, the tunnel, what needs both, pods. */
  async #rebuild(network: SliceNetwork, identity: string | undefined, report: Report, signal: AbortSignal): Promise<void> {
    const { run } = this.#tunnel;
    const change = (line: string): number => report.changes.push(`${network.slice}: ${line}`);
    this.#pods.beginPass();
    if (identity !== undefined && !(await this.#namespaces.has(this.#netns))) await this.#adopt(network, signal);
    if (identity === undefined) {
      await this.#namespaces.claim(this.#netns);
      await addNetns(run, this.#netns, signal);
      change(`make namespace ${this.#netns}`);
    }
    const { settings, elements, first, tunnel } = identity === undefined ? nothingYet : await this.#observe(network, signal);
    if (settings.length > 0) {
      await writeSettings(run, this.#netns, settings, signal);
      change(`set ${settings.join(' ')}`);
    }
    // Before anything else can carry a packet.
    const policies = await this.#access.converge(network, signal);
    if (policies !== undefined) change(policies);
    const services = await this.#services.converge(network, signal);
    if (services !== undefined) change(services);
    if (elements === undefined) {
      await this.#firewall.replace({ rules: baseRules(network), elements: elementsOf(network) }, signal);
      change('load firewall');
    } else if (await this.#firewall.adjust(elementsOf(network), elements, signal)) change('adjust firewall');

    let seen = first;
    let peers = tunnel?.peers ?? [];
    const usable = tunnel !== undefined && seen.links.has(network.interface);
    if (!usable || tunnel.publicKey !== network.publicKey || tunnel.listenPort !== network.listenPort) {
      await this.#lines(shelterLines(network, seen), change, signal);
      // What is left without a record, and in a namespace that is new, fails this pass, and the next one removes it.
      if (identity !== undefined || (await this.#isRecorded(network)))
        await removeTunnel(this.#tunnel, network.interface, this.#netns, signal);
      await createTunnel(this.#tunnel, network, signal);
      change(`make tunnel ${network.interface} (${network.driver})`);
      peers = [];
      this.#peers.forget();
      seen = await observeSlice(run, this.#netns, signal);
    }
    await this.#peers.converge(network, peers, change, signal);
    await this.#lines(sliceLines(network, seen), change, signal);
    await this.#pods.converge(network, (pod) => seen.links.get(pod.hostInterface)?.index, report, signal);
  }

  async #isRecorded(network: SliceNetwork): Promise<boolean> {
    const { processes, ipsec } = this.#tunnel;
    return (await processes.isRecorded(network.interface)) || (await ipsec.isRecorded(this.#netns));
  }

  async #observe(network: SliceNetwork, signal: AbortSignal): Promise<Observed> {
    const { run } = this.#tunnel;
    const [settings, elements, first, tunnel] = await Promise.all([
      wrongSettings(run, this.#netns, signal),
      this.#firewall.observe(baseRules(network), signal),
      observeSlice(run, this.#netns, signal),
      observeTunnel(this.#tunnel, network, signal),
    ]);
    return { settings, elements, first, tunnel };
  }

  /** A namespace with our name but without our mark belongs to an older version, which our firewall in it proves, or to somebody else. */
  async #adopt({ slice }: SliceNetwork, signal: AbortSignal): Promise<void> {
    if (!(await this.#firewall.isThere(signal))) {
      throw new Failure(
        'AlreadyExists',
        `The network namespace ${this.#netns} of this node does not belong to KubeSlice, and slice ${slice} needs the name; rename it or remove it with \`ip netns del ${this.#netns}\`.`,
      );
    }
    await this.#namespaces.claim(this.#netns);
  }

  /** Applies only the difference between two inputs. */
  async #adjust(
    before: SliceNetwork,
    network: SliceNetwork,
    detach: (pod: PodAttachment) => Promise<void>,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    const change = (line: string): number => report.changes.push(`${network.slice}: ${line}`);
    const kept = new Map(before.pods.map((pod) => [pod.hostInterface, pod]));
    const fresh = network.pods.filter((pod) => !samePod(kept.get(pod.hostInterface), pod));
    const wanted = new Set(network.pods.filter((pod) => !fresh.includes(pod)).map((pod) => pod.hostInterface));
    const gone = before.pods.filter((pod) => !wanted.has(pod.hostInterface));
    for (const pod of gone) {
      await detach(pod);
      change(`detach ${pod.name}`);
    }
    // Before a pod can send or receive: until its address has its class, it is judged like an unknown one.
    const policies = await this.#access.adjust(before, network, signal);
    if (policies !== undefined) change(policies);
    const services = await this.#services.adjust(before, network, signal);
    if (services !== undefined) change(services);
    // Both run concurrently, because the start of a pod waits for them; until both are done its packets are dropped.
    const [firewall] = await Promise.allSettled([
      this.#firewall.adjust(elementsOf(network), elementsOf(before), signal),
      this.#pods.converge({ ...network, pods: fresh }, () => undefined, report, signal),
    ]);
    if (firewall.status === 'rejected') throw firewall.reason;
    if (firewall.value) change('adjust firewall');
    await this.#peers.adjust(before, network, change, signal);
  }

  async #lines(lines: readonly string[], change: (line: string) => void, signal: AbortSignal): Promise<void> {
    if (lines.length === 0) return;
    await mustRun(this.#tunnel.run, inNetns(netnsPath(this.#netns), ['ip', '-batch', '-']), { signal, input: ipBatch(lines) });
    for (const line of lines) change(`ip ${line}`);
  }
}

const sameBase = (a: SliceNetwork, b: SliceNetwork): boolean => baseOf(a) === baseOf(b);
/** All that the rules and the tunnel depend on; elements change one by one. */
const baseOf = ({ peers: _peers, pods: _pods, access: _access, services: _services, ...base }: SliceNetwork): string =>
  JSON.stringify(base);
const samePod = (a: PodAttachment | undefined, b: PodAttachment): boolean =>
  a !== undefined && a.uid === b.uid && a.address === b.address && a.netns === b.netns;
