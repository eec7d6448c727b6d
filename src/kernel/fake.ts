import type { PodAttachment, SliceNetwork } from '../plan/facts/slice-network.ts';
import { type Clock, systemClock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import { RepairPace } from './pod/repair-pace.ts';
import type { DriverVerdict, ExistingState, Kernel, ObservedPeer, ObservedTunnel, Outcome, Scope } from './port.ts';
import { Report } from './slice/report.ts';

/** What the imitated kernel holds of one slice: one line per thing, `<kind> <name>` → its wanted content. */
type Parts = Map<string, string>;

/** The state of the kernel, shared by fakes that stand for successive runs of one agent. */
export class FakeMachine {
  readonly slices = new Map<string, { network: SliceNetwork; parts: Parts }>();
  /** Namespaces of running pods, by path. */
  readonly podNamespaces = new Set<string>();
  /** Public key → Unix seconds, to imitate handshakes. */
  readonly handshakes = new Map<string, number>();
}

/** A kernel in memory, for tests of code that uses the port; it fulfils the same contract as the real one. */
export class FakeKernel implements Kernel {
  readonly machine: FakeMachine;
  #drivers: readonly DriverVerdict[];
  readonly #pace: RepairPace;

  constructor(
    machine: FakeMachine = new FakeMachine(),
    drivers: readonly DriverVerdict[] = [{ driver: 'WireGuardUserspace', usable: true, reason: 'imitated' }],
    clock: Clock = systemClock,
  ) {
    this.machine = machine;
    this.#drivers = drivers;
    this.#pace = new RepairPace(clock);
  }

  async converge(
    desired: readonly SliceNetwork[],
    _signal?: AbortSignal,
    _scope?: Scope,
    { untouched = [] }: ExistingState = {},
  ): Promise<Outcome> {
    const report = new Report();
    const wanted = new Set([...desired, ...untouched].map(({ netns }) => netns));
    for (const [netns, { network }] of this.machine.slices) {
      if (wanted.has(netns)) continue;
      this.machine.slices.delete(netns);
      report.changes.push(`${network.slice}: remove`);
    }
    for (const network of desired) this.#one(network, report);
    return report;
  }

  async observe({ netns }: Pick<SliceNetwork, 'netns'>): Promise<ObservedTunnel | undefined> {
    const slice = this.machine.slices.get(netns);
    if (!slice?.parts.has('tunnel')) return undefined;
    const peers = slice.network.peers
      .filter((peer) => slice.parts.has(`peer ${peer.publicKey}`))
      .map((peer): ObservedPeer => {
        const latestHandshake = this.machine.handshakes.get(peer.publicKey) ?? 0;
        return { ...peer, allowedIPs: [...peer.allowedIPs].toSorted(), latestHandshake, receivedBytes: 0, sentBytes: 0 };
      });
    return { publicKey: slice.network.publicKey, listenPort: slice.network.listenPort, peers };
  }

  async denied({ netns }: Pick<SliceNetwork, 'netns'>): Promise<number | undefined> {
    return this.machine.slices.get(netns)?.parts.has('policies') ? 0 : undefined;
  }

  async removeAll(): Promise<void> {
    this.machine.slices.clear();
  }

  async drivers(): Promise<readonly DriverVerdict[]> {
    return this.#drivers;
  }

  #one(network: SliceNetwork, report: Report): void {
    const parts: Parts = this.machine.slices.get(network.netns)?.parts ?? new Map();
    const wanted = this.#parts(network, report);
    for (const pod of network.pods) this.#repair(pod, parts, wanted, report);
    for (const [key, content] of wanted) if (parts.get(key) !== content) report.changes.push(`${network.slice}: set ${key}`);
    for (const key of parts.keys()) if (!wanted.has(key)) report.changes.push(`${network.slice}: remove ${key}`);
    this.machine.slices.set(network.netns, { network, parts: wanted });
    report.attached.set(network.slice, new Set(network.pods.filter((pod) => wanted.has(`pod ${pod.uid}`)).map((pod) => pod.uid)));
  }

  /** The repair of a pod that breaks repeatedly is put off. */
  #repair(pod: PodAttachment, parts: Parts, wanted: Parts, report: Report): void {
    const key = `pod ${pod.uid}`;
    if (!wanted.has(key) || parts.get(key) === wanted.get(key)) return;
    const putOff = this.#pace.putOff(pod.uid, pod.netns);
    if (putOff === undefined) this.#pace.worked(pod, pod.netns);
    else {
      report.putOff.set(pod.uid, putOff.waitMs);
      report.podFailures.set(pod.uid, putOff.failure);
      parts.delete(key);
      wanted.delete(key);
    }
  }

  #parts(network: SliceNetwork, report: Report): Parts {
    const { interface: name, driver, listenPort, publicKey, subnet, blocks, mtu, router } = network;
    const parts: Parts = new Map([
      ['namespace', network.netns],
      ['tunnel', JSON.stringify([name, driver, listenPort, publicKey, mtu])],
      ['routes', JSON.stringify([subnet, blocks, router])],
      ['firewall', name],
      ['settings', ''],
    ]);
    if (network.access !== undefined)
      parts.set('policies', JSON.stringify([network.access, ...network.access.pods, ...network.access.blocks]));
    if (network.services !== undefined && network.pods.length > 0)
      for (const [name, service] of network.services.entries()) parts.set(`service ${name}`, JSON.stringify(service));
    else if (network.services === undefined)
      for (const [key, content] of this.machine.slices.get(network.netns)?.parts ?? [])
        if (key.startsWith('service ')) parts.set(key, content);
    for (const peer of network.peers) parts.set(`peer ${peer.publicKey}`, JSON.stringify(peer));
    for (const pod of network.pods) {
      if (this.machine.podNamespaces.has(pod.netns)) parts.set(`pod ${pod.uid}`, JSON.stringify(pod));
      else report.podFailures.set(pod.uid, new Failure('NotFound', `The network namespace ${pod.netns} of pod ${pod.name} is gone.`));
    }
    return parts;
  }
}
