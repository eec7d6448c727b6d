import type { SliceNetwork } from '../plan/facts/slice-network.ts';
import type { Failure } from '../values/failure.ts';
import type { TunnelDriver } from '../values/tunnel-driver.ts';

/** The result of `converge`. A failure of one pod or slice never affects the others. */
export interface Outcome {
  /** One line per change, in order; empty when nothing had to change. */
  readonly changes: readonly string[];
  /** By slice: the failure that affects the whole slice. */
  readonly failures: ReadonlyMap<string, Failure>;
  /** By slice: UIDs of the attached pods. */
  readonly attached: ReadonlyMap<string, ReadonlySet<string>>;
  /** By pod UID: the failure that keeps it from being attached. */
  readonly podFailures: ReadonlyMap<string, Failure>;
  /**
   * By pod UID: milliseconds until the next repair, for pods that break so often that their repair is put off. Such a pod without an interface is
   * among the `podFailures` too.
   */
  readonly putOff: ReadonlyMap<string, number>;
}

/** A peer as the tunnel sees it. */
export interface ObservedPeer {
  readonly publicKey: string;
  /** As in `TunnelPeer`: a secret. */
  readonly presharedKey?: string;
  readonly endpoint: string | undefined;
  readonly allowedIPs: readonly string[];
  readonly keepaliveSeconds: number;
  /** Unix time in seconds of the last completed handshake; 0 when there was none. */
  readonly latestHandshake: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** The actual state of a tunnel, without its private key. */
export interface ObservedTunnel {
  readonly publicKey: string;
  readonly listenPort: number;
  readonly peers: readonly ObservedPeer[];
}

/** Whether a tunnel driver can be used on this machine, and the evidence. */
export interface DriverVerdict {
  readonly driver: TunnelDriver;
  readonly usable: boolean;
  readonly reason: string;
}

/**
 * How much `converge` observes. `everything` reads the kernel and repairs what others broke. `changes` trusts the result of the last call and makes
 * only what changed in the input: it attaches a pod without reading a thousand peers first. It still observes everything if the last call failed or
 * there was none. The name of a slice is `everything` for that slice and `changes` for the others, so that a change waits for at most one slice.
 */
export type Scope = 'everything' | 'changes' | { readonly slice: string };

/** State of the node beside the desired slices. */
export interface ExistingState {
  /** Subnets of slices that have not ended but have no network on this node: pods that left these slices stay closed to them. */
  readonly closedSubnets?: readonly string[];
  /**
   * UIDs of the existing pods. A detached pod that is not among them was deleted and may still run for a moment: it stays closed. The others left the
   * slice, and are opened. @default every detached pod left the slice
   */
  readonly livingPods?: ReadonlySet<string>;
  /** Slices that are neither created, repaired nor removed, even if a former run left them. */
  readonly untouched?: readonly Pick<SliceNetwork, 'netns' | 'interface'>[];
}

/**
 * The node's kernel as one declarative port.
 *
 * `converge` makes the kernel hold exactly the given slices: a second call with the same input changes nothing, and it repairs what others broke in
 * between. It removes slices that are not in the input. Calls must not overlap.
 */
export interface Kernel {
  converge(desired: readonly SliceNetwork[], signal: AbortSignal, scope?: Scope, standing?: ExistingState): Promise<Outcome>;
  /** The tunnel of a slice, or undefined when there is none. */
  observe(network: Pick<SliceNetwork, 'interface' | 'netns'>, signal: AbortSignal): Promise<ObservedTunnel | undefined>;
  /** How many packets the policies of a slice have denied since they were loaded; undefined without policies. */
  denied(network: Pick<SliceNetwork, 'netns'>, signal: AbortSignal): Promise<number | undefined>;
  /** Removes everything of every slice, including leftovers of former runs. */
  removeAll(signal: AbortSignal): Promise<void>;
  /** Which drivers work here, the best first. The first call probes; the answer does not change while the machine runs. */
  drivers(signal: AbortSignal): Promise<readonly DriverVerdict[]>;
}
