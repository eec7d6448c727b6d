import { Failure } from '../../src/values/failure.ts';

/** Pod addresses of every cluster, the same in all of them on purpose: overlaps must work. */
export const podCIDR = '10.244.0.0/16';
/** Service addresses of every cluster, the same in all of them on purpose. */
export const serviceCIDR = '10.96.0.0/16';
/** Address of the Service `kubernetes` in every cluster. */
export const apiServiceAddress = '10.96.0.1';
/** Address of the cluster DNS in every cluster. */
export const dnsServiceAddress = '10.96.0.10';
/** The underlay of all playgrounds: RFC 2544's benchmarking range, which no real network uses and which overlaps no private range. */
export const underlayRange = '198.18.0.0/15';

/** Maximum number of playgrounds on one machine: a /20 each. */
export const slotCount = 32;
/** Maximum number of clusters of one playground: a /24 each; the first /24 is the link to the host. */
export const clusterLimit = 15;
/** Maximum number of nodes of one cluster. */
export const nodeLimit = 100;

/** Addresses of a cluster's site. */
export interface Site {
  /** The site's /24. */
  subnet: string;
  router: string;
  controlPlane: string;
}

const third = (slot: number, index: number): string => {
  const block = slot * 16 + index;
  return `198.${18 + (block >> 8)}.${block & 255}`;
};

/** The /20 of a playground. */
export function playgroundSubnet(slot: number): string {
  return `${third(slot, 0)}.0/20`;
}

/** Both ends of the link between the host and the router, /24 each. */
export function hostLink(slot: number): { host: string; router: string } {
  return { host: `${third(slot, 0)}.1`, router: `${third(slot, 0)}.2` };
}

/** Addresses of the cluster with this index (1…15). */
export function siteOf(slot: number, index: number): Site {
  const prefix = third(slot, index);
  return { subnet: `${prefix}.0/24`, router: `${prefix}.1`, controlPlane: `${prefix}.2` };
}

/** Underlay address of node `node` (1…100) of a cluster. */
export function nodeAddress(slot: number, index: number, node: number): string {
  return `${third(slot, index)}.${10 + node}`;
}

/** Pod addresses of node `node` (1…100) of any cluster. */
export function nodePodCIDR(node: number): string {
  return `10.244.${node}.0/24`;
}

/**
 * The slot of a new playground: derived from its name, so that it is the same on every machine, or the next free one.
 *
 * @throws Failure `AddressExhausted` when all 32 are taken.
 */
export function chooseSlot(name: string, taken: ReadonlySet<number>): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.charCodeAt(0)) % 65_521;
  for (let step = 0; step < slotCount; step += 1) {
    const slot = (hash + step) % slotCount;
    if (!taken.has(slot)) return slot;
  }
  throw new Failure(
    'AddressExhausted',
    `All ${slotCount} address ranges of ${underlayRange} are taken by playgrounds: take one of them down first.`,
  );
}
