import type { Run } from '../host/run.ts';
import type { SliceNetwork } from '../plan/facts/slice-network.ts';
import { type Clock, systemClock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import { type IpsecOptions, IpsecTunnels } from './ipsec/ipsec-tunnels.ts';
import { deleteNetns, inNetns, listNetns, netnsPath, OwnNamespaces } from './netns.ts';
import { sweepPods } from './pod/attach.ts';
import type { DriverVerdict, ExistingState, Kernel, ObservedTunnel, Outcome, Scope } from './port.ts';
import { accessTable, deniedPackets } from './slice/access.ts';
import { Report } from './slice/report.ts';
import { SliceReconciler } from './slice/slice-reconciler.ts';
import { type DetachedOptions, DetachedTunnels } from './tunnel/detached.ts';
import { probeDrivers } from './tunnel/drivers.ts';
import { hostTunnels, observeTunnel, removeTunnel, type TunnelOptions } from './tunnel/tunnel.ts';

/** Options of a `LinuxKernel`. */
export interface LinuxKernelOptions {
  readonly run: Run;
  /** Arguments that run a command in the machine's network namespace; empty when this process is in it. */
  readonly enter: readonly string[];
  /** The prefix of our namespaces' names. Namespaces that are not wanted are removed, if this machine's records mark them as ours. */
  readonly netnsPrefix: string;
  /** Directory for records that are worthless after a reboot; on tmpfs. */
  readonly directory: string;
  readonly tunnels: Omit<DetachedOptions, 'run' | 'directory'>;
  /** The program of IPsec tunnels, on the machine and for this process, and its root; the other options of their processes are those of `tunnels`. */
  readonly ipsec: { readonly binary: string; readonly program: string } & Pick<IpsecOptions, 'root'>;
  /** Path of wireguard-go for this process, to check whether it exists. */
  readonly tunnelProgram: string;
  /** Namespace paths of the machine's pods, to remove what forgotten slices left in them. */
  readonly podNamespaces: () => Promise<Iterable<string>>;
  /** @default the machine's own */
  readonly clock?: Clock;
}

/** The kernel of a Linux machine, through ip, nft, wg and wireguard-go. Needs CAP_NET_ADMIN and CAP_SYS_ADMIN. */
export class LinuxKernel implements Kernel {
  readonly #options: LinuxKernelOptions;
  readonly #processes: DetachedTunnels;
  readonly #tunnel: TunnelOptions;
  readonly #namespaces: OwnNamespaces;
  readonly #reconcilers = new Map<string, { reconciler: SliceReconciler; network: SliceNetwork }>();
  #swept = false;
  #drivers: Promise<readonly DriverVerdict[]> | undefined;

  constructor(options: LinuxKernelOptions) {
    this.#options = options;
    const { run, enter, directory, tunnels, ipsec } = options;
    this.#namespaces = new OwnNamespaces(directory);
    this.#processes = new DetachedTunnels({ ...tunnels, run, directory: `${directory}/tunnels` });
    this.#tunnel = {
      run,
      enter,
      processes: this.#processes,
      ipsec: new IpsecTunnels({
        run,
        root: ipsec.root,
        tunnels: { ...tunnels, binary: ipsec.binary },
        directory: `${directory}/ipsec`,
      }),
    };
  }

  async converge(
    desired: readonly SliceNetwork[],
    signal: AbortSignal,
    scope: Scope = 'everything',
    { closedSubnets = [], untouched = [], livingPods }: ExistingState = {},
  ): Promise<Outcome> {
    const report = new Report();
    const closed = new Set([...desired.map((network) => network.subnet), ...closedSubnets]);
    const wanted = new Set([...desired, ...untouched].map(({ netns }) => netns));
    for (const [netns, { reconciler, network }] of this.#reconcilers) {
      if (wanted.has(netns)) continue;
      await this.#guard(network.slice, report, async () => {
        const staysClosed = closed.has(network.subnet);
        await reconciler.remove(network, signal, staysClosed);
        // Pods that the CNI plugin closed and that were never attached are not among the slice's pods.
        if (!staysClosed) await sweepPods(this.#options.run, await this.#options.podNamespaces(), closed, signal);
      });
      report.changes.push(`${network.slice}: remove`);
      this.#reconcilers.delete(netns);
    }
    if (!this.#swept) {
      await this.#sweep([...desired, ...untouched], closed, report, signal);
      this.#swept = true;
    }
    for (const network of desired) {
      const reconciler = this.#reconcilers.get(network.netns)?.reconciler ?? this.#newReconciler(network.netns);
      this.#reconcilers.set(network.netns, { reconciler, network });
      const scopeOfSlice = scope === 'everything' || (scope !== 'changes' && scope.slice === network.slice) ? 'everything' : 'changes';
      await this.#guard(network.slice, report, () => reconciler.converge(network, scopeOfSlice, report, signal, livingPods));
    }
    // A leftover that no record names may be the cause of the failure, such as a tunnel that holds a port.
    if (report.failures.size > 0) this.#swept = false;
    return report;
  }

  observe(network: Pick<SliceNetwork, 'interface' | 'netns'>, signal: AbortSignal): Promise<ObservedTunnel | undefined> {
    return observeTunnel(this.#tunnel, network, signal);
  }

  async denied({ netns }: Pick<SliceNetwork, 'netns'>, signal: AbortSignal): Promise<number | undefined> {
    const list = ['nft', '-j', 'list', 'counter', 'inet', accessTable, 'denied'];
    const { code, stdout } = await this.#options.run(inNetns(netnsPath(netns), list), { signal });
    return code === 0 ? deniedPackets(stdout) : undefined;
  }

  async removeAll(signal: AbortSignal): Promise<void> {
    await this.converge([], signal);
    await sweepPods(this.#options.run, await this.#options.podNamespaces(), new Set(), signal);
    await this.#processes.removeCgroup(signal);
  }

  drivers(signal: AbortSignal): Promise<readonly DriverVerdict[]> {
    this.#drivers ??= probeDrivers(
      this.#options.run,
      this.#options.enter,
      { wireguard: this.#options.tunnelProgram, ipsec: this.#options.ipsec.program },
      signal,
    ).catch((error: unknown) => {
      // A cancelled probe is no result; the next call probes again.
      this.#drivers = undefined;
      throw error;
    });
    return this.#drivers;
  }

  #newReconciler(netns: string): SliceReconciler {
    return new SliceReconciler(this.#tunnel, netns, this.#options.directory, this.#namespaces, this.#options.clock ?? systemClock);
  }

  /** Removes leftovers of earlier runs: namespaces that are marked as ours, and tunnel processes of our program. */
  async #sweep(
    desired: readonly Pick<SliceNetwork, 'netns' | 'interface'>[],
    closed: ReadonlySet<string>,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    const interfaces = new Set(desired.map((network) => network.interface));
    const names = new Set(desired.map((network) => network.netns));
    for (const name of (await this.#processes.list()).keys()) {
      if (interfaces.has(name)) continue;
      await removeTunnel(this.#tunnel, name, undefined, signal);
      report.changes.push(`remove left-over tunnel ${name}`);
    }
    for (const netns of await this.#tunnel.ipsec.list()) {
      if (names.has(netns)) continue;
      await this.#tunnel.ipsec.remove(netns, signal);
      report.changes.push(`remove left-over IPsec tunnel of ${netns}`);
    }
    for (const name of await hostTunnels(this.#options.run, this.#options.enter, signal)) {
      if (interfaces.has(name)) continue;
      await removeTunnel(this.#tunnel, name, undefined, signal);
      report.changes.push(`remove left-over interface ${name}`);
    }
    const own = new Set(await this.#namespaces.list());
    const stale = (await listNetns(this.#options.netnsPrefix)).filter((netns) => own.has(netns) && !names.has(netns));
    for (const netns of stale) {
      await deleteNetns(this.#options.run, netns, signal);
      await this.#namespaces.forget(netns);
      report.changes.push(`remove left-over namespace ${netns}`);
    }
    if (stale.length > 0) await sweepPods(this.#options.run, await this.#options.podNamespaces(), closed, signal);
  }

  async #guard(slice: string, report: Report, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (Failure.is(error, 'Interrupted')) throw error;
      report.failures.set(slice, Failure.from(error));
    }
  }
}
