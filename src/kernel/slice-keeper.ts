import type { PodAttachment, SliceNetwork } from '../plan/node/slice-network.ts';
import type { Clock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import { attachPod, detachPod, repairPod } from './attach.ts';
import { Firewall } from './firewall.ts';
import { ipBatch } from './ip-batch.ts';
import { addNetns, deleteNetns, inNetns, netnsIdentity, netnsPath, type OwnNamespaces, writeSettings, wrongSettings } from './netns.ts';
import { elementsOf } from './nft.ts';
import { PodGuard } from './pod-guard.ts';
import type { ObservedPeer } from './port.ts';
import { RepairPace } from './repair-pace.ts';
import type { Report } from './report.ts';
import { mustRun } from './run.ts';
import { shelterLines, sliceLines } from './slice-plan.ts';
import { observeSlice } from './slice-state.ts';
import { createTunnel, observeTunnel, removeTunnel, type TunnelOptions } from './tunnel.ts';
import { type AppliedPeer, peerChanges } from './wg.ts';

/** What the last successful pass left; trusted by passes of scope `changes`. */
interface Memory {
  readonly network: SliceNetwork;
  readonly identity: string;
}

/** A pod that was seen to be right: in which namespace, and in which pass. */
interface Checked {
  readonly identity: string | undefined;
  readonly pass: number;
}

/** How many pods are looked into in one pass of scope `everything`, the longest unseen first; one costs a process of about 8 ms. */
const podsPerPass = 8;
/** `wg set` takes peers as arguments; this many keep the command line below the limit of 128 KiB for one argument list on old kernels. */
const peersPerCommand = 200;

/** Keeps one slice of one node in the kernel. */
export class SliceKeeper {
  readonly #tunnel: TunnelOptions;
  readonly #firewall: Firewall;
  readonly #namespaces: OwnNamespaces;
  readonly #guard: PodGuard;
  readonly #netns: string;
  #applied: ReadonlyMap<string, AppliedPeer> = new Map();
  readonly #checked = new Map<string, Checked>();
  readonly #pace: RepairPace;
  #memory: Memory | undefined;
  #pass = 0;

  constructor(tunnel: TunnelOptions, netns: string, directory: string, namespaces: OwnNamespaces, clock: Clock) {
    this.#namespaces = namespaces;
    this.#pace = new RepairPace(clock);
    this.#tunnel = tunnel;
    this.#netns = netns;
    this.#firewall = new Firewall(tunnel.run, netns, directory);
    this.#guard = new PodGuard(tunnel.run, netns, directory);
  }

  /** Makes the kernel hold the network; what was done and what failed goes to the report. */
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
    // One that is attached anew stays closed in between, and one that was deleted until it has ended.
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
    this.#pace.keep(new Set(network.pods.map((pod) => pod.uid)));
    for (const uid of this.#checked.keys()) if (!attached.has(uid)) this.#checked.delete(uid);
    // A pod that failed is left out of what is trusted, so that the next pass tries it again.
    if (now !== undefined)
      this.#memory = { network: { ...network, pods: network.pods.filter((pod) => attached.has(pod.uid)) }, identity: now };
  }

  /** Removes the slice from the node; `staysClosed` leaves its subnet unreachable in its pods. */
  async remove(network: SliceNetwork, signal: AbortSignal, staysClosed: boolean): Promise<void> {
    this.#memory = undefined;
    for (const pod of network.pods) await detachPod(this.#tunnel.run, network, pod, signal, staysClosed);
    await removeTunnel(this.#tunnel, network.interface, this.#netns, signal);
    await deleteNetns(this.#tunnel.run, this.#netns, signal);
    await this.#namespaces.forget(this.#netns);
    await Promise.all([this.#firewall.forget(), this.#guard.forget()]);
  }

  /** Reads everything and repairs: shelter first, then the tunnel, then what hangs on both, then pods. */
  async #rebuild(network: SliceNetwork, identity: string | undefined, report: Report, signal: AbortSignal): Promise<void> {
    const { run } = this.#tunnel;
    const change = (line: string): number => report.changes.push(`${network.slice}: ${line}`);
    this.#pass += 1;
    if (identity !== undefined && !(await this.#namespaces.has(this.#netns))) await this.#adopt(network, signal);
    if (identity === undefined) {
      await this.#namespaces.claim(this.#netns);
      await addNetns(run, this.#netns, signal);
      change(`make namespace ${this.#netns}`);
    }
    const [settings, elements, first, tunnel] = await Promise.all([
      wrongSettings(run, this.#netns, signal),
      this.#firewall.observe(network, signal),
      observeSlice(run, this.#netns, signal),
      observeTunnel(this.#tunnel, network, signal),
    ]);
    if (settings.length > 0) {
      await writeSettings(run, this.#netns, settings, signal);
      change(`set ${settings.join(' ')}`);
    }
    if (elements === undefined) {
      await this.#firewall.replace(network, signal);
      change('load firewall');
    } else if (await this.#firewall.adjust(network, elements, signal)) change('adjust firewall');

    let seen = first;
    let peers = tunnel?.peers ?? [];
    const usable = tunnel !== undefined && seen.links.has(network.interface);
    if (!usable || tunnel.publicKey !== network.publicKey || tunnel.listenPort !== network.listenPort) {
      await this.#lines(shelterLines(network, seen), change, signal);
      await removeTunnel(this.#tunnel, network.interface, this.#netns, signal);
      await createTunnel(this.#tunnel, network, signal);
      change(`make tunnel ${network.interface} (${network.driver})`);
      peers = [];
      this.#applied = new Map();
      seen = await observeSlice(run, this.#netns, signal);
    }
    await this.#peers(network, peers, change, signal);
    await this.#lines(sliceLines(network, seen), change, signal);
    await this.#pods(network, (pod) => seen.links.get(pod.hostInterface)?.index, report, signal);
  }

  /** A namespace of our name without our mark: an older version made it, which is seen by our firewall in it, or it is somebody else's. */
  async #adopt({ slice }: SliceNetwork, signal: AbortSignal): Promise<void> {
    if (!(await this.#firewall.isThere(signal))) {
      throw new Failure(
        'AlreadyExists',
        `The network namespace ${this.#netns} of this node is not of KubeSlice, and slice ${slice} needs the name; rename it or remove it with \`ip netns del ${this.#netns}\`.`,
      );
    }
    await this.#namespaces.claim(this.#netns);
  }

  /** Makes only the difference between two inputs. */
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
    // At the same time, because a pod's start waits for them; until both are done its packets are dropped.
    const [firewall] = await Promise.allSettled([
      this.#firewall.adjust(network, elementsOf(before), signal),
      this.#pods({ ...network, pods: fresh }, () => undefined, report, signal),
    ]);
    if (firewall.status === 'rejected') throw firewall.reason;
    if (firewall.value) change('adjust firewall');
    await this.#peers(network, await this.#peersBefore(before, network, signal), change, signal);
  }

  /** The peers as they were left; those that are to be called anew must be looked at, for they may have been reached in the meantime. */
  async #peersBefore(before: SliceNetwork, network: SliceNetwork, signal: AbortSignal): Promise<readonly ObservedPeer[]> {
    const renewed = network.peers.some(({ publicKey, renewals }) => renewals > (this.#applied.get(publicKey)?.renewals ?? renewals));
    const tunnel = renewed ? await observeTunnel(this.#tunnel, network, signal) : undefined;
    return tunnel?.peers ?? before.peers.map(asObserved);
  }

  async #lines(lines: readonly string[], change: (line: string) => void, signal: AbortSignal): Promise<void> {
    if (lines.length === 0) return;
    await mustRun(this.#tunnel.run, inNetns(netnsPath(this.#netns), ['ip', '-batch', '-']), { signal, input: ipBatch(lines) });
    for (const line of lines) change(`ip ${line}`);
  }

  async #peers(network: SliceNetwork, seen: readonly ObservedPeer[], change: (line: string) => void, signal: AbortSignal): Promise<void> {
    const changes = peerChanges(network.peers, seen, this.#applied, Date.now() / 1000);
    for (let start = 0; start < changes.length; start += peersPerCommand) {
      const part = changes.slice(start, start + peersPerCommand);
      // Both kinds of tunnel are reached from inside the namespace: a kernel tunnel is there, and a control socket is a file.
      const words = ['wg', 'set', network.interface, ...part.flatMap((peer) => peer.words)];
      await mustRun(this.#tunnel.run, inNetns(netnsPath(this.#netns), words), { signal });
      for (const peer of part) change(peer.change);
    }
    const found = new Set(seen.map((peer) => peer.publicKey));
    const wasAdded = (publicKey: string): boolean => this.#applied.get(publicKey)?.added ?? !found.has(publicKey);
    this.#applied = new Map(
      network.peers.map(({ publicKey, endpoint, renewals }) => [publicKey, { endpoint, renewals, added: wasAdded(publicKey) }]),
    );
  }

  /** Attaches the pods without an interface, and looks into those longest unseen. One pod's failure is its own. */
  async #pods(
    network: SliceNetwork,
    indexOf: (pod: PodAttachment) => number | undefined,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    const { run } = this.#tunnel;
    const present = network.pods.filter((pod) => indexOf(pod) !== undefined);
    const passOf = (pod: PodAttachment): number => this.#checked.get(pod.uid)?.pass ?? 0;
    const identities = new Map(await Promise.all(present.map(async (pod) => [pod.uid, await netnsIdentity(pod.netns)] as const)));
    // A pod whose namespace is another one than at the last look was started again: it does not wait for its turn.
    const moved = present.filter((pod) => this.#checked.get(pod.uid)?.identity !== identities.get(pod.uid));
    const turn = present
      .filter((pod) => !moved.includes(pod))
      .toSorted((a, b) => passOf(a) - passOf(b))
      .slice(0, podsPerPass);
    const work = [...network.pods.filter((pod) => indexOf(pod) === undefined), ...moved, ...turn];
    const next = work.values();
    const worker = async (): Promise<void> => {
      for (const pod of next) {
        const index = indexOf(pod);
        const identity = await netnsIdentity(pod.netns);
        const putOff = this.#pace.putOff(pod.uid, identity);
        if (putOff !== undefined) {
          report.putOff.set(pod.uid, putOff.waitMs);
          // One that has its interface was left right.
          if (index === undefined) report.podFailures.set(pod.uid, putOff.failure);
          continue;
        }
        try {
          if (index === undefined) await attachPod(run, this.#guard, network, pod, signal);
          const changed = index === undefined || (await repairPod(run, this.#guard, network, pod, index, signal));
          if (changed) report.changes.push(`${network.slice}: ${index === undefined ? 'attach' : 'repair'} ${pod.name}`);
          if (changed) this.#pace.worked(pod, identity);
          this.#checked.set(pod.uid, { identity, pass: this.#pass });
        } catch (error) {
          const failure = Failure.from(error);
          this.#pace.worked(pod, identity, failure);
          report.podFailures.set(pod.uid, failure);
        }
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
  }
}

const sameBase = (a: SliceNetwork, b: SliceNetwork): boolean => baseOf(a) === baseOf(b);
/** Elements come and go one by one; only whether there are service ports at all changes the rules. */
const baseOf = ({ peers: _peers, pods: _pods, servicePorts, ...base }: SliceNetwork): string =>
  JSON.stringify({ ...base, translated: servicePorts.length > 0 });
const samePod = (a: PodAttachment | undefined, b: PodAttachment): boolean =>
  a !== undefined && a.uid === b.uid && a.address === b.address && a.netns === b.netns;
const asObserved = (peer: SliceNetwork['peers'][number]): ObservedPeer => ({
  ...peer,
  allowedIPs: [...peer.allowedIPs].toSorted(),
  // Taken as alive, so that an endpoint is set only when it is another than before.
  latestHandshake: Number.MAX_SAFE_INTEGER,
  receivedBytes: 0,
  sentBytes: 0,
});
