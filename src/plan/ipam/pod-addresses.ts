import { type Cidr, parseCidr } from '../../values/address/cidr.ts';
import { formatIp, type Ip, readIp } from '../../values/address/ip.ts';
import { isUsable, routerAddress, usableAddresses } from '../../values/address/usable-addresses.ts';
import type { FailureCode } from '../../values/failure-codes.ts';
import { compareText, sortedBy } from '../../values/text/order.ts';

/**
 * Shortest quarantine of a released address, in milliseconds: three times the TTL of a DNS answer. The quarantine also lasts until the withdrawal is
 * published. Unused addresses are assigned first, then the one released earliest, so most stay free for far longer. Only a node that continuously
 * starts four pods of a slice each second reaches this minimum.
 */
export const addressQuarantineMs = 15_000;

/** The inputs of the pod addresses of one slice on one node. */
export interface PodAddressesInput {
  /** The node's blocks. */
  readonly blocks: readonly string[];
  /** Stored address by pod UID. */
  readonly leases: Readonly<Record<string, string>>;
  /** Addresses that pods released, with the time, in milliseconds since 1970. */
  readonly freed: Readonly<Record<string, number>>;
  /** The number of changes of leases so far. @default 0 */
  readonly revision?: number;
  /** Addresses whose withdrawal is not published yet, with the revision that released them. @default none */
  readonly withdrawals?: Readonly<Record<string, number>>;
  /** The last revision that the worker has published; undefined for a worker that does not write it: then only the time counts. */
  readonly withdrawnThrough: number | undefined;
  /** UIDs of all pods that should have an address. */
  readonly pods: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A pod without an address. */
export interface PodAddressRefusal {
  readonly pod: string;
  readonly code: FailureCode;
  /** One sentence: what, why, and the remedy. */
  readonly message: string;
}

/** The decisions to store before any interface is configured from them. */
export interface PodAddresses {
  /** The node's own address; `undefined` while it has no block. */
  readonly router: string | undefined;
  readonly leases: Readonly<Record<string, string>>;
  readonly freed: Readonly<Record<string, number>>;
  readonly revision: number;
  readonly withdrawals: Readonly<Record<string, number>>;
  readonly refusals: readonly PodAddressRefusal[];
  /** How many addresses all pods need now, if there are too few; otherwise undefined. */
  readonly wantedAddresses: number | undefined;
  /** When to try a refused pod again without any change, in milliseconds since 1970. */
  readonly retryAt: number | undefined;
}

/**
 * The addresses of the pods on this node.
 *
 * ```
 * pod                                 then
 * has an address of the node          keeps it
 * has one outside the node's blocks   gets another: peers drop packets from outside the blocks
 * is new                              the lowest address that was never used, else the one released earliest, once out of quarantine
 * has ended                           its address is released, and in quarantine for 15 s and until its withdrawal is published
 * finds none                          is refused, with a sentence that names the remedy
 * ```
 *
 * No two pods share an address, no pod has the router's, pods are served in the order of their UIDs, and planning again with the result changes
 * nothing.
 */
export const planPodAddresses = (input: PodAddressesInput): PodAddresses => {
  const blocks = input.blocks.map(parseCidr);
  const router = routerAddress(blocks);
  const pods = [...new Set(input.pods)].toSorted(compareText);
  const kept = keptLeases(input.leases, pods, blocks, router);
  const freed = freedAddresses(input, kept, blocks);
  const stated = statedAddresses(input, freed);

  const taken = new Set<Ip | undefined>([router, ...kept.values()]);
  const fresh = unusedAddresses(blocks, (ip) => taken.has(ip) || freed.has(ip));
  const reusable = sortedBy(
    [...freed].filter(([ip, at]) => !stated.has(ip) && at + addressQuarantineMs <= input.now),
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
  const leases = Object.fromEntries(sortedBy(kept, ([pod]) => pod).map(([pod, ip]) => [pod, formatIp(ip)]));
  const revision = (input.revision ?? 0) + (sameLeases(input.leases, leases) ? 0 : 1);
  const withdrawals = [...freed.keys()].flatMap((ip) => (stated.has(ip) ? [[formatIp(ip), stated.get(ip) ?? revision] as const] : []));
  const earliest = Math.min(...[...freed].flatMap(([ip, at]) => (stated.has(ip) ? [] : at))) + addressQuarantineMs;
  const retryAt = refused.length > 0 && Number.isFinite(earliest) ? earliest : undefined;
  return {
    router: router === undefined ? undefined : formatIp(router),
    leases,
    freed: Object.fromEntries([...freed].map(([ip, at]) => [formatIp(ip), at])),
    revision,
    withdrawals: Object.fromEntries(withdrawals),
    refusals: refused.map((pod) => refusal(pod, input, kept.size, withdrawals.length, retryAt)),
    wantedAddresses: refused.length === 0 ? undefined : kept.size + refused.length + freed.size,
    retryAt,
  };
};

/**
 * Released addresses that other clusters may still have for a pod, with the revision that releases them; undefined for those released just now. Empty
 * for a worker that does not write what it has published.
 */
const statedAddresses = (input: PodAddressesInput, freed: ReadonlyMap<Ip, number>): Map<Ip, number | undefined> => {
  const stated = new Map<Ip, number | undefined>();
  const { withdrawnThrough } = input;
  if (withdrawnThrough === undefined) return stated;
  for (const ip of freed.keys()) {
    const text = formatIp(ip);
    const revision = input.withdrawals?.[text];
    if (revision !== undefined ? revision > withdrawnThrough : input.freed[text] === undefined) stated.set(ip, revision);
  }
  return stated;
};

const sameLeases = (a: PodAddressesInput['leases'], b: PodAddressesInput['leases']): boolean => {
  const [pods, others] = [Object.keys(a), Object.keys(b)];
  return pods.length === others.length && pods.every((pod) => a[pod] === b[pod]);
};

/** Leases of pods that still exist, on addresses that the node still has; of two pods with one address the first by UID keeps it. */
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

/** Addresses of the node that were used and are free, with the time of their release; never in the future, because clocks can be set back. */
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

const refusal = (
  pod: string,
  { blocks, now }: PodAddressesInput,
  inUse: number,
  resting: number,
  retryAt: number | undefined,
): PodAddressRefusal => {
  if (blocks.length === 0) {
    return { pod, code: 'Unavailable', message: 'This node has no address block in the slice yet; its worker requests one from the hub.' };
  }
  const later =
    retryAt === undefined ? '' : ` and the next released one is free again in ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s`;
  const rest = resting === 0 ? '' : `, ${resting} are reserved until their withdrawal is published`;
  const message = `No address is free for the pod in ${blocks.join(', ')} of this node, where ${inUse} pods have one${rest}${later}; the worker requests another block from the hub, which needs free space in sliceSubnet.`;
  return { pod, code: 'AddressExhausted', message };
};
