import type { SliceNetwork } from '../plan/node/slice-network.ts';
import type { Failure } from '../values/failure.ts';
import type { TunnelDriver } from '../values/tunnel-driver.ts';

/** What `converge` did. A failure of one pod or slice never keeps the others from being served. */
export interface Outcome {
  /** One line per change made, in order; empty when everything was already so. */
  readonly changes: readonly string[];
  /** By slice: what kept the whole slice from being in place. */
  readonly failures: ReadonlyMap<string, Failure>;
  /** By slice: UIDs of the pods that are attached now. */
  readonly attached: ReadonlyMap<string, ReadonlySet<string>>;
  /** By pod UID: what kept it from being attached. */
  readonly podFailures: ReadonlyMap<string, Failure>;
  /**
   * By pod UID: milliseconds until it is worth while to converge again, for pods that are broken so often that their next repair is put off. One
   * that has no interface meanwhile is among the `podFailures` too.
   */
  readonly putOff: ReadonlyMap<string, number>;
}

/** A peer as the tunnel sees it. */
export interface ObservedPeer {
  readonly publicKey: string;
  readonly endpoint: string | undefined;
  readonly allowedIPs: readonly string[];
  readonly keepaliveSeconds: number;
  /** Unix time in seconds of the last completed handshake; 0 when there was none. */
  readonly latestHandshake: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** A tunnel as it is, without its private key. */
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
 * How much `converge` looks at. `everything` reads the kernel and repairs what somebody else broke. `changes` trusts that what the last call
 * left is still there and makes only what the new input asks for: a pod is attached without reading a thousand peers first. It looks at
 * everything nevertheless where the last call failed or never happened. The name of a slice is `everything` for that one and `changes` for the others:
 * whoever waits for a change waits for one slice at the most.
 */
export type Scope = 'everything' | 'changes' | { readonly slice: string };

/** What stands beside the slices that are desired. */
export interface Standing {
  /** Subnets of slices that have no network on this node though they have not ended: pods that have left them stay closed to them. */
  readonly closedSubnets?: readonly string[];
  /**
   * UIDs of the pods that there are. One that is no longer attached and not among them has been deleted, and may run for a moment yet: it stays closed. The
   * others leave the slice, and are opened. @default every pod that is no longer attached leaves
   */
  readonly livingPods?: ReadonlySet<string>;
  /** Slices that are neither made nor repaired nor removed, also where a former run left them. */
  readonly untouched?: readonly Pick<SliceNetwork, 'netns' | 'interface'>[];
}

/**
 * The node's kernel as one declarative port.
 *
 * `converge` makes the kernel hold exactly the given slices: called twice with the same input the second call changes nothing, and what
 * somebody else broke in between is repaired. Slices that are not named are removed. Calls must not overlap.
 *
 */
export interface Kernel {
  converge(desired: readonly SliceNetwork[], signal: AbortSignal, scope?: Scope, standing?: Standing): Promise<Outcome>;
  /** The tunnel of a slice, or undefined when there is none. */
  observe(network: Pick<SliceNetwork, 'interface' | 'netns'>, signal: AbortSignal): Promise<ObservedTunnel | undefined>;
  /** Removes everything of every slice, also what a former run left. */
  removeAll(signal: AbortSignal): Promise<void>;
  /** Which drivers work here, the best first. Asked once; the answer does not change while the machine runs. */
  drivers(signal: AbortSignal): Promise<readonly DriverVerdict[]>;
}
