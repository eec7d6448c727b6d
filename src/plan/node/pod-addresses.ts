import { type Cidr, parseCidr } from '../../values/cidr.ts';
import type { FailureCode } from '../../values/failure-codes.ts';
import { formatIp, type Ip, readIp } from '../../values/ip.ts';
import { compareText, sortedBy } from '../../values/order.ts';
import { isUsable, routerAddress, usableAddresses } from '../usable-addresses.ts';

/**
 * How long an address that a pod gave back is kept from other pods at least, in milliseconds: three times what a name's answer may be kept. Most
 * rest far longer, since those that nobody had yet come first and then the one that rested longest; this long only where a node starts four pods
 * of a slice in a second and goes on doing so.
 */
export const addressQuarantineMs = 15_000;

/** What is known about the pod addresses of one slice on one node. */
export interface PodAddressesInput {
  /** The node's blocks, as written down for it. */
  readonly blocks: readonly string[];
  /** Address by pod UID, as written down so far. */
  readonly leases: Readonly<Record<string, string>>;
  /** Addresses that pods gave back, with the time at which they did, in milliseconds since 1970. */
  readonly freed: Readonly<Record<string, number>>;
  /** UIDs of all pods that should have an address. */
  readonly pods: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A pod that got no address. */
export interface PodAddressRefusal {
  readonly pod: string;
  readonly code: FailureCode;
  /** One sentence: what, why, and what to do. */
  readonly message: string;
}

/** What to write down before any interface is configured from it. */
export interface PodAddresses {
  /** The node's own address; `undefined` while it has no block. */
  readonly router: string | undefined;
  readonly leases: Readonly<Record<string, string>>;
  readonly freed: Readonly<Record<string, number>>;
  readonly refusals: readonly PodAddressRefusal[];
  /** When a refused pod is worth another try though nothing else changed, in milliseconds since 1970. */
  readonly retryAt: number | undefined;
}

/**
 * The addresses of the pods on this node.
 *
 * ```
 * pod                                 then
 * has an address of the node          keeps it
 * has one outside the node's blocks   gets another: peers drop what does not come from the blocks
 * is new                              the lowest address that nobody had yet, else the one given back longest ago, once out of quarantine
 * is gone                             its address is given back
 * finds nothing                       is refused, with a sentence that says what helps
 * ```
 *
 * No address has two pods, none is the router's, pods are served by UID, and planning again what was planned changes nothing.
 */
export const planPodAddresses = (input: PodAddressesInput): PodAddresses => {
  const blocks = input.blocks.map(parseCidr);
  const router = routerAddress(blocks);
  const pods = [...new Set(input.pods)].toSorted(compareText);
  const kept = keptLeases(input.leases, pods, blocks, router);
  const freed = freedAddresses(input, kept, blocks);

  const taken = new Set<Ip | undefined>([router, ...kept.values()]);
  const fresh = unusedAddresses(blocks, (ip) => taken.has(ip) || freed.has(ip));
  const reusable = sortedBy(
    [...freed].filter(([, at]) => at + addressQuarantineMs <= input.now),
    ([ip, at]) => `${String(at).padStart(16, '0')} ${formatIp(ip)}`,
  ).values();

  const refused: string[] = [];
  for (const pod of pods) {
    if (kept.has(pod)) continue;
    const ip = fresh.next().value ?? reusable.next().value?.[0];
    if (ip === undefined) {
      refused.push(pod);
      continue;
    }
    kept.set(pod, ip);
    freed.delete(ip);
  }
  const earliest = Math.min(...freed.values()) + addressQuarantineMs;
  const retryAt = refused.length > 0 && Number.isFinite(earliest) ? earliest : undefined;
  return {
    router: router === undefined ? undefined : formatIp(router),
    leases: Object.fromEntries(sortedBy(kept, ([pod]) => pod).map(([pod, ip]) => [pod, formatIp(ip)])),
    freed: Object.fromEntries([...freed].map(([ip, at]) => [formatIp(ip), at])),
    refusals: refused.map((pod) => refusal(pod, input, kept.size, retryAt)),
    retryAt,
  };
};

/** Leases of pods that are still wanted, on addresses that the node still has; of two pods with one address the first by UID keeps it. */
const keptLeases = (
  leases: PodAddressesInput['leases'],
  pods: readonly string[],
  blocks: readonly Cidr[],
  router: Ip | undefined,
): Map<string, Ip> => {
  const kept = new Map<string, Ip>();
  const taken = new Set<Ip | undefined>([router]);
  for (const pod of pods) {
    const ip = readIp(leases[pod] ?? '');
    if (ip === undefined || taken.has(ip) || !isUsable(blocks, ip)) continue;
    kept.set(pod, ip);
    taken.add(ip);
  }
  return kept;
};

/** Addresses of the node that somebody had and nobody has, with the time since when; never in the future, for clocks can be set back. */
const freedAddresses = (input: PodAddressesInput, kept: ReadonlyMap<string, Ip>, blocks: readonly Cidr[]): Map<Ip, number> => {
  const inUse = new Set(kept.values());
  const router = routerAddress(blocks);
  const freed = new Map<Ip, number>();
  const add = (text: string, at: number): void => {
    const ip = readIp(text);
    if (ip !== undefined && ip !== router && !inUse.has(ip) && isUsable(blocks, ip) && !freed.has(ip))
      freed.set(ip, Math.min(at, input.now));
  };
  for (const [text, at] of sortedBy(Object.entries(input.freed), ([text]) => text)) add(text, at);
  for (const [, text] of sortedBy(Object.entries(input.leases), ([pod]) => pod)) add(text, input.now);
  return freed;
};

function* unusedAddresses(blocks: readonly Cidr[], isUsed: (ip: Ip) => boolean): Generator<Ip, undefined> {
  for (const ip of usableAddresses(blocks)) if (!isUsed(ip)) yield ip;
  return undefined;
}

const refusal = (pod: string, { blocks, now }: PodAddressesInput, inUse: number, retryAt: number | undefined): PodAddressRefusal => {
  if (blocks.length === 0) {
    return { pod, code: 'Unavailable', message: 'This node has no address block in the slice yet; its worker asks the hub for one.' };
  }
  const later =
    retryAt === undefined ? '' : ` and the next one given back is free again in ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s`;
  const message = `No address is free for the pod in ${blocks.join(', ')} of this node, where ${inUse} pods have one${later}; the worker asks the hub for another block, which needs room in sliceSubnet.`;
  return { pod, code: 'AddressExhausted', message };
};
