import { type Cidr, containsIp, formatCidr } from '../../values/address/cidr.ts';
import { formatIp, type Ip, plusIp, readIp } from '../../values/address/ip.ts';
import { usable } from '../../values/address/usable-addresses.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import { sortedBy } from '../../values/text/order.ts';

/** The address of a service, or the range of which none is free. */
export type ServiceAddress = { readonly ip: string } | { readonly range: string; readonly size: number };

/**
 * The service addresses of a slice in one cluster, one for each import (`<namespace>/<name>`). An address has a meaning in this cluster only, so clusters
 * choose without one another, from the same range.
 *
 * An import keeps its address until it is released. A new one gets the first free address from a place on that follows from its name. So an import
 * that returns, or whose stored address was lost, most likely has the address that its clients remember, and another import does not have it. The work for
 * one import does not grow with the others, except in a range that is nearly full.
 */
export class ServiceAddresses {
  readonly #range: Cidr;
  readonly #first: number;
  readonly #size: number;
  readonly #byImport = new Map<string, Ip>();
  readonly #taken = new Set<Ip>();

  /**
   * @param stored addresses by import, as stored; those outside of the range, and the second import of an address, are ignored
   */
  constructor(range: Cidr, stored: Iterable<readonly [string, string]>) {
    const { first, count } = usable(range);
    this.#range = range;
    this.#first = first;
    this.#size = count;
    for (const [key, text] of sortedBy(stored, ([one, address]) => `${one} ${address}`)) {
      const ip = readIp(text);
      if (ip !== undefined && containsIp(range, ip) && !this.#taken.has(ip) && !this.#byImport.has(key)) this.#set(key, ip);
    }
  }

  /** The address of an import, chosen at the first call. */
  of(key: string): ServiceAddress {
    const ip = this.#byImport.get(key) ?? this.#choose(key);
    return ip === undefined ? { range: formatCidr(this.#range), size: this.#size } : { ip: formatIp(ip) };
  }

  /** Gives an address back; true when there was one. */
  release(key: string): boolean {
    const ip = this.#byImport.get(key);
    if (ip === undefined) return false;
    this.#byImport.delete(key);
    this.#taken.delete(ip);
    return true;
  }

  #choose(key: string): Ip | undefined {
    if (this.#taken.size >= this.#size) return undefined;
    const start = Number.parseInt(sha256Hex(key).slice(0, 12), 16) % this.#size;
    for (let step = 0; step < this.#size; step += 1) {
      const ip = plusIp(this.#range.base, this.#first + ((start + step) % this.#size));
      if (this.#taken.has(ip)) continue;
      this.#set(key, ip);
      return ip;
    }
    return undefined;
  }

  #set(key: string, ip: Ip): void {
    this.#byImport.set(key, ip);
    this.#taken.add(ip);
  }
}
