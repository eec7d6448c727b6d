import { containsIp, parseCidr } from '../../values/address/cidr.ts';
import { parseIp } from '../../values/address/ip.ts';
import { compareText, sortedBy } from '../../values/text/order.ts';
import { type NodePlace, nearestEndpoints, type TrafficPolicy } from './nearest-endpoints.ts';
import type { NodeService, NodeServicePort, ServiceTarget } from './node-service.ts';
import type { RecordedEndpoint, ServiceRecord } from './service-record.ts';
import { SliceServices } from './slice-services.ts';

/** What is known of one slice. */
class ServicesOfSlice {
  /** Records by service and key. */
  readonly #records = new Map<string, Map<string, ServiceRecord>>();
  /** The services with an endpoint on a node, with how many records have one. */
  readonly #byNode = new Map<string, Map<string, number>>();
  /** The services that name an address; the first by name has it. */
  readonly #claims = new Map<string, Set<string>>();
  readonly #changed = new Set<string>();
  #down: ReadonlySet<string> = new Set();
  #last = SliceServices.none('');
  #here: NodePlace | undefined;

  set(key: string, record: ServiceRecord): void {
    const records = this.#records.get(record.service) ?? new Map<string, ServiceRecord>();
    this.#records.set(record.service, records);
    records.set(key, record);
    this.#index(record, 1);
    const claims = this.#claims.get(record.address) ?? new Set();
    this.#claims.set(record.address, claims.add(record.service));
    for (const service of claims) this.#changed.add(service);
  }

  delete(key: string, record: ServiceRecord): void {
    const records = this.#records.get(record.service);
    records?.delete(key);
    if (records?.size === 0) this.#records.delete(record.service);
    this.#index(record, -1);
    const claims = this.#claims.get(record.address);
    for (const service of claims ?? []) this.#changed.add(service);
    if ([...(records?.values() ?? [])].every(({ address }) => address !== record.address)) claims?.delete(record.service);
    if (claims?.size === 0) this.#claims.delete(record.address);
    this.#changed.add(record.service);
  }

  down(nodes: ReadonlySet<string>): boolean {
    const turned = [...nodes].filter((node) => !this.#down.has(node)).concat([...this.#down].filter((node) => !nodes.has(node)));
    this.#down = nodes;
    for (const node of turned) for (const service of this.#byNode.get(node)?.keys() ?? []) this.#changed.add(service);
    return turned.length > 0;
  }

  in(range: string, here: NodePlace | undefined): SliceServices {
    const isElsewhere = here?.cluster !== this.#here?.cluster || here?.node !== this.#here?.node;
    this.#here = here;
    if (range !== this.#last.range) this.#last = SliceServices.none(range);
    else if (!isElsewhere) return this.#refreshed(range);
    for (const service of this.#records.keys()) this.#changed.add(service);
    return this.#refreshed(range);
  }

  #refreshed(range: string): SliceServices {
    const changes: (readonly [string, NodeService | undefined])[] = [];
    for (const name of this.#changed) {
      const service = this.#service(name, range);
      // A service that is the same again stays the same object, so that nothing is done for it.
      if (JSON.stringify(service) !== JSON.stringify(this.#last.get(name))) changes.push([name, service]);
    }
    this.#changed.clear();
    if (changes.length > 0) this.#last = this.#last.with(changes);
    return this.#last;
  }

  #service(name: string, range: string): NodeService | undefined {
    const records = sortedBy(this.#records.get(name)?.values() ?? [], ({ cluster }) => cluster);
    const address = records.map((record) => record.address).toSorted(compareText)[0];
    if (address === undefined || !containsIp(parseCidr(range), parseIp(address))) return undefined;
    if ([...(this.#claims.get(address) ?? [])].toSorted(compareText)[0] !== name) return undefined;
    const used = records.filter((record) => record.address === address);
    const isDown = ({ cluster }: ServiceRecord, { node }: RecordedEndpoint): boolean => this.#down.has(`${cluster}/${node}`);
    const ports = portsOf(used, isDown, (usable) => nearestEndpoints(usable, policyOf(used), this.#here));
    // Without another endpoint a reset would help nobody, and what is Down may return.
    const keepsAll = ports.every(({ targets }) => targets.length === 0);
    const [alive, down] = [new Set<string>(), new Set<string>()];
    for (const record of used)
      for (const endpoint of record.endpoints) (keepsAll || !isDown(record, endpoint) ? alive : down).add(endpoint.address);
    const sorted = (addresses: Iterable<string>): string[] => [...addresses].toSorted(compareText);
    const gone = [...down].filter((each) => !alive.has(each));
    const seconds = used.flatMap(({ sticky, affinitySeconds }) => (sticky && affinitySeconds !== undefined ? [affinitySeconds] : []));
    return {
      address,
      sticky: used.some(({ sticky }) => sticky),
      // All records agree, except while a change is on its way.
      ...(seconds.length === 0 ? {} : { affinitySeconds: Math.max(...seconds) }),
      ports,
      alive: sorted(alive),
      down: sorted(gone),
    };
  }

  #index({ cluster, service, endpoints }: ServiceRecord, by: 1 | -1): void {
    for (const node of new Set(endpoints.map((endpoint) => `${cluster}/${endpoint.node}`))) {
      const counts = this.#byNode.get(node) ?? new Map<string, number>();
      const count = (counts.get(service) ?? 0) + by;
      if (count === 0) counts.delete(service);
      else counts.set(service, count);
      if (counts.size === 0) this.#byNode.delete(node);
      else this.#byNode.set(node, counts);
    }
  }
}

/** All records agree, except while a change is on its way. */
const policyOf = (records: readonly ServiceRecord[]): TrafficPolicy => records[0]?.traffic ?? {};

/** An endpoint that may get connections to a port, and where it is. */
interface Usable extends NodePlace {
  readonly isReady: boolean;
  readonly target: ServiceTarget;
}

const portsOf = (
  records: readonly ServiceRecord[],
  isDown: (record: ServiceRecord, endpoint: RecordedEndpoint) => boolean,
  nearest: (usable: readonly Usable[]) => readonly Usable[],
): NodeServicePort[] => {
  const byPort = new Map<string, { readonly port: Omit<NodeServicePort, 'targets'>; readonly usable: Usable[] }>();
  for (const record of records) {
    for (const { protocol, port, targetPort } of record.ports) {
      const key = `${protocol} ${String(port).padStart(5, '0')}`;
      const known = byPort.get(key) ?? { port: { protocol, port }, usable: [] };
      byPort.set(key, known);
      for (const endpoint of record.endpoints) {
        if (endpoint.state === 'Closed' || isDown(record, endpoint)) continue;
        const target = { address: endpoint.address, port: targetPort };
        known.usable.push({ cluster: record.cluster, node: endpoint.node, isReady: endpoint.state === 'Ready', target });
      }
    }
  }
  return sortedBy(byPort, ([key]) => key).map(([, { port, usable }]) => ({ ...port, targets: targetsOf(usable, nearest) }));
};

/** The endpoints of new connections: those that are Ready, or, without any, those that end and still serve; each once. */
const targetsOf = (usable: readonly Usable[], nearest: (usable: readonly Usable[]) => readonly Usable[]): ServiceTarget[] => {
  const ready = nearest(usable.filter(({ isReady }) => isReady));
  const chosen = ready.length > 0 ? ready : nearest(usable.filter(({ isReady }) => !isReady));
  const targets = new Map(chosen.map(({ target }) => [`${target.address} ${target.port}`, target]));
  return sortedBy(targets, ([key]) => key).map(([, target]) => target);
};

/**
 * The services of the slices of a node, updated record by record: a change costs only its own service, however many others there are.
 *
 * ```
 * endpoint                              new connections                       open connections
 * Ready                                 yes                                   go on
 * Terminating, and it still serves      while none of the service is Ready    go on
 * not Ready                             no                                    go on
 * on a node that this one calls Down    no                                    are reset, if another endpoint gets new ones
 * withdrawn                             no                                    are reset
 * ```
 * Of those that would get new connections, the traffic policies of the service choose the near ones ({@link nearestEndpoints}).
 *
 * Two services never have one address: the first by name has it.
 */
export class NodeServices {
  readonly #records = new Map<string, ServiceRecord>();
  readonly #slices = new Map<string, ServicesOfSlice>();

  /** Sets or, with undefined, removes the record of a key. */
  set(key: string, record: ServiceRecord | undefined): void {
    const before = this.#records.get(key);
    if (before !== undefined) {
      this.#records.delete(key);
      this.#slices.get(before.slice)?.delete(key, before);
    }
    if (record === undefined) return;
    this.#records.set(key, record);
    this.#of(record.slice).set(key, record);
  }

  /** Sets which nodes of a slice, as `<cluster>/<node>`, this node calls Down; true when that changed. */
  down(slice: string, nodes: ReadonlySet<string>): boolean {
    return this.#of(slice).down(nodes);
  }

  /**
   * The services of a slice with an address in this range; the same object until something changes. `here` is this node, for traffic policies, which have no
   * effect without it.
   */
  of(slice: string, range: string, here?: NodePlace): SliceServices {
    return this.#of(slice).in(range, here);
  }

  #of(slice: string): ServicesOfSlice {
    const known = this.#slices.get(slice) ?? new ServicesOfSlice();
    this.#slices.set(slice, known);
    return known;
  }
}
