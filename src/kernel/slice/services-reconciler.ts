import type { Run } from '../../host/run.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import type { ServiceChange, SliceServices } from '../../plan/services/slice-services.ts';
import { endStuckConnections } from '../pod/stuck-connections.ts';
import { Firewall } from './firewall.ts';
import type { Element } from './nft-table.ts';
import { ownElement, serviceElements, servicesRules, servicesTable } from './services.ts';

/** Keeps the table of a slice's services: a slice without services or pods on the node has none, and is not tracked by the kernel. */
export class ServicesReconciler {
  readonly #run: Run;
  readonly #table: Firewall;

  constructor(run: Run, netns: string, directory: string) {
    this.#run = run;
    this.#table = new Firewall(run, netns, directory, servicesTable);
  }

  /** Reads the table and makes it hold the services. Returns what changed. While nothing is known about the services, nothing does. */
  async converge(network: SliceNetwork, signal: AbortSignal): Promise<string | undefined> {
    if (network.services === undefined) return undefined;
    if (!isNeeded(network)) return this.#remove(signal);
    const rules = servicesRules(network, network.services.range);
    const seen = await this.#table.observe(rules, signal);
    if (seen === undefined) return this.#replace(network, rules, signal);
    return (await this.#table.adjust(elementsOf(network), seen, signal)) ? 'adjust services' : undefined;
  }

  /** Applies the difference between two inputs, without reading the table. Returns what changed. */
  async adjust(before: SliceNetwork, network: SliceNetwork, signal: AbortSignal): Promise<string | undefined> {
    const { services, pods } = network;
    if (services === undefined || (services === before.services && pods === before.pods)) return undefined;
    if (before.services === undefined) return this.converge(network, signal);
    if (!isNeeded(network)) return isNeeded(before) ? this.#remove(signal) : undefined;
    const rules = servicesRules(network, services.range);
    if (!isNeeded(before) || servicesRules(before, before.services.range) !== rules) return this.#replace(network, rules, signal);
    const [wanted, seen] = [new Set<Element>(), new Set<Element>()];
    for (const change of services.changedFrom(before.services)) {
      for (const element of change.after === undefined ? [] : serviceElements(change.after)) wanted.add(element);
      for (const element of change.before === undefined ? [] : serviceElements(change.before)) seen.add(element);
    }
    for (const { address } of pods) wanted.add(ownElement(address));
    for (const { address } of before.pods) seen.add(ownElement(address));
    const adjusted = await this.#table.adjust(wanted, seen, signal);
    await this.#endStuck(services, addressesWithDown(services.changedFrom(before.services)), pods, signal);
    return adjusted ? 'adjust services' : undefined;
  }

  /** Ends connections of the pods that wait for an endpoint that is Down now. What cannot be ended ends later, so nothing here fails. */
  async #endStuck(
    { range }: SliceServices,
    addresses: ReadonlySet<string>,
    pods: SliceNetwork['pods'],
    signal: AbortSignal,
  ): Promise<void> {
    if (addresses.size === 0) return;
    await Promise.allSettled(pods.map(({ netns }) => endStuckConnections(this.#run, netns, { addresses, range }, signal)));
  }

  /** Forgets the loaded table, which disappears with its namespace. */
  forget(): Promise<void> {
    return this.#table.forget();
  }

  async #replace(network: SliceNetwork, rules: string, signal: AbortSignal): Promise<string> {
    await this.#table.replace({ rules, elements: elementsOf(network) }, signal);
    return 'load services';
  }

  async #remove(signal: AbortSignal): Promise<string | undefined> {
    // Only a table that was loaded can exist.
    if (!(await this.#table.wasLoaded())) return undefined;
    await this.#table.remove(signal);
    return 'remove services';
  }
}

/** Addresses of the services of which an endpoint turned Down. */
const addressesWithDown = (changes: Iterable<ServiceChange>): ReadonlySet<string> => {
  const addresses = new Set<string>();
  for (const { before, after } of changes)
    if (after?.down.some((address) => before?.down.includes(address) !== true) === true) addresses.add(after.address);
  return addresses;
};

const isNeeded = ({ services, pods }: SliceNetwork): boolean => services !== undefined && services.size > 0 && pods.length > 0;

const elementsOf = ({ services, pods }: SliceNetwork): ReadonlySet<Element> => {
  const elements = new Set(pods.map(({ address }) => ownElement(address)));
  for (const [, service] of services?.entries() ?? []) for (const element of serviceElements(service)) elements.add(element);
  return elements;
};
