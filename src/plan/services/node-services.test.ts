import { describe, expect, it } from 'vitest';
import type { ServiceTarget } from './node-service.ts';
import { NodeServices } from './node-services.ts';
import type { RecordedEndpoint, ServiceRecord } from './service-record.ts';

const range = '10.0.240.0/20';
const endpoint = (host: number, state: RecordedEndpoint['state'] = 'Ready', node = 'n1'): RecordedEndpoint => ({
  address: `10.0.0.${host}`,
  node,
  state,
});
const record = (endpoints: readonly RecordedEndpoint[], more: Partial<ServiceRecord> = {}): ServiceRecord => ({
  slice: 'app',
  cluster: 'east',
  service: 'ns/web',
  address: '10.0.240.1',
  sticky: false,
  traffic: {},
  ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
  endpoints,
  ...more,
});
const of = (records: readonly ServiceRecord[], down: readonly string[] = []) => {
  const services = new NodeServices();
  for (const [index, one] of records.entries()) services.set(String(index), one);
  services.down('app', new Set(down));
  return services.of('app', range);
};
const text = (targets: readonly ServiceTarget[] | undefined): string[] | undefined =>
  targets?.map(({ address, port }) => `${address}:${port}`);

describe('the services of a node', () => {
  it.each<[string, ServiceRecord[], string[], string[], string[]]>([
    ['ready', [record([endpoint(1), endpoint(2)])], [], ['10.0.0.1:8080', '10.0.0.2:8080'], ['10.0.0.1', '10.0.0.2']],
    ['not ready', [record([endpoint(1), endpoint(2, 'Closed')])], [], ['10.0.0.1:8080'], ['10.0.0.1', '10.0.0.2']],
    ['terminating', [record([endpoint(1), endpoint(2, 'Terminating')])], [], ['10.0.0.1:8080'], ['10.0.0.1', '10.0.0.2']],
    [
      'terminating, the last',
      [record([endpoint(1, 'Closed'), endpoint(2, 'Terminating')])],
      [],
      ['10.0.0.2:8080'],
      ['10.0.0.1', '10.0.0.2'],
    ],
    ['on a node that is Down', [record([endpoint(1), endpoint(2, 'Ready', 'n2')])], ['east/n2'], ['10.0.0.1:8080'], ['10.0.0.1']],
    ['on a node of that name in another cluster', [record([endpoint(1)])], ['west/n1'], ['10.0.0.1:8080'], ['10.0.0.1']],
    ['only on nodes that are Down', [record([endpoint(1), endpoint(2, 'Terminating')])], ['east/n1'], [], ['10.0.0.1', '10.0.0.2']],
    [
      'in two clusters, with other ports of the pods',
      [record([endpoint(1)]), record([endpoint(2)], { cluster: 'west', ports: [{ protocol: 'TCP', port: 80, targetPort: 9090 }] })],
      [],
      ['10.0.0.1:8080', '10.0.0.2:9090'],
      ['10.0.0.1', '10.0.0.2'],
    ],
  ])('whose endpoints are %s', (_, records, down, targets, alive) => {
    for (const order of [records, records.toReversed()]) {
      const service = of(order, down).get('ns/web');
      expect([text(service?.ports[0]?.targets), service?.alive]).toEqual([targets, alive]);
    }
  });

  it('name endpoints that are Down while others get connections', () => {
    const records = [record([endpoint(1), endpoint(2, 'Closed', 'n2')])];
    const downOf = (...nodes: string[]) => of(records, nodes).get('ns/web')?.down;
    expect([downOf(), downOf('east/n2'), downOf('east/n1', 'east/n2')]).toEqual([[], ['10.0.0.2'], []]);
  });

  it('have the ports of all clusters, and those of one port each', () => {
    const ports: ServiceRecord['ports'] = [
      { protocol: 'UDP', port: 53, targetPort: 5353 },
      { protocol: 'TCP', port: 443, targetPort: 8443 },
    ];
    const service = of([record([endpoint(1)]), record([endpoint(2)], { cluster: 'west', ports, sticky: true })]).get('ns/web');
    expect(service?.ports.map(({ protocol, port, targets }) => [protocol, port, text(targets)])).toEqual([
      ['TCP', 80, ['10.0.0.1:8080']],
      ['TCP', 443, ['10.0.0.2:8443']],
      ['UDP', 53, ['10.0.0.2:5353']],
    ]);
    expect(service?.sticky).toBe(true);
  });

  it('are none for an address outside of the range, and for the second service that names an address, until the first is gone', () => {
    expect([...of([record([endpoint(1)], { address: '10.0.0.9' })]).entries()]).toEqual([]);
    const services = new NodeServices();
    services.set('b', record([endpoint(2)], { service: 'ns/b' }));
    services.set('a', record([endpoint(1)], { service: 'ns/a' }));
    expect([...services.of('app', range).entries()].map(([name]) => name)).toEqual(['ns/a']);
    services.set('a', undefined);
    expect([...services.of('app', range).entries()].map(([name]) => name)).toEqual(['ns/b']);
    services.set('b', undefined);
    expect([...services.of('app', range).entries()].map(([name]) => name)).toEqual([]);
  });

  it('follow a service to another address, and stay the same objects while nothing changes for them', () => {
    const services = new NodeServices();
    services.set('a', record([endpoint(1)]));
    services.set('b', record([endpoint(2)], { service: 'ns/other', address: '10.0.240.2' }));
    const before = services.of('app', range);
    expect(services.of('app', range)).toBe(before);
    services.set('a', record([endpoint(1)]));
    expect(services.of('app', range).get('ns/web')).toBe(before.get('ns/web'));
    services.set('a', record([endpoint(1)], { address: '10.0.240.7' }));
    const after = services.of('app', range);
    expect(after.get('ns/web')?.address).toBe('10.0.240.7');
    expect(after.get('ns/other')).toBe(before.get('ns/other'));
    expect(services.of('other', range).size).toBe(0);
  });

  it('change with the links of the node, and only those with an endpoint there', () => {
    const services = new NodeServices();
    services.set('a', record([endpoint(1), endpoint(2, 'Ready', 'n2')]));
    services.set('b', record([endpoint(3)], { service: 'ns/other', address: '10.0.240.2' }));
    const before = services.of('app', range);
    expect(services.down('app', new Set(['east/n2']))).toBe(true);
    expect(services.down('app', new Set(['east/n2']))).toBe(false);
    const during = services.of('app', range);
    expect(text(during.get('ns/web')?.ports[0]?.targets)).toEqual(['10.0.0.1:8080']);
    expect(during.get('ns/other')).toBe(before.get('ns/other'));
    services.down('app', new Set());
    expect(services.of('app', range).get('ns/web')).toEqual(before.get('ns/web'));
  });

  describe('with a traffic policy', () => {
    const here = { cluster: 'east', node: 'n1' };
    const targetsOf = (records: readonly ServiceRecord[], down: readonly string[] = [], from: typeof here | undefined = here) => {
      const services = new NodeServices();
      for (const [index, one] of records.entries()) services.set(String(index), one);
      services.down('app', new Set(down));
      const service = services.of('app', range, from).get('ns/web');
      return [text(service?.ports[0]?.targets), service?.alive];
    };
    const near = endpoint(1);
    const nearby = endpoint(2, 'Ready', 'n2');
    const far = record([endpoint(3)], { cluster: 'west' });
    const both = (traffic: ServiceRecord['traffic'], endpoints: readonly RecordedEndpoint[]): ServiceRecord[] => [
      record(endpoints, { traffic }),
      { ...far, traffic },
    ];
    const everything = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    const cluster = { prefers: 'Cluster' } as const;
    const local = { onlyOnNode: true } as const;

    it.each<[string, ServiceRecord[], string[], string[], string[]]>([
      ['near ones first', both(cluster, [near, nearby]), [], ['10.0.0.1:8080', '10.0.0.2:8080'], everything],
      [
        'near ones first, while one of them is not Ready',
        both(cluster, [endpoint(1, 'Closed'), nearby]),
        [],
        ['10.0.0.2:8080'],
        everything,
      ],
      [
        'near ones first, while none of them is Ready',
        both(cluster, [endpoint(1, 'Closed'), endpoint(2, 'Terminating', 'n2')]),
        [],
        ['10.0.0.3:8080'],
        everything,
      ],
      ['near ones first, while this node calls theirs Down', both(cluster, [nearby]), ['east/n2'], ['10.0.0.3:8080'], ['10.0.0.3']],
      ['near ones first, while there is none', both(cluster, []), [], ['10.0.0.3:8080'], ['10.0.0.3']],
      ['those of the node first', both({ prefers: 'Node' }, [near, nearby]), [], ['10.0.0.1:8080'], everything],
      ['those of the node only', both(local, [near, nearby]), [], ['10.0.0.1:8080'], everything],
      ['those of the node only, while its one is not Ready', both(local, [endpoint(1, 'Closed'), nearby]), [], [], everything],
      [
        'those of the node only, while its one ends and still serves',
        both(local, [endpoint(1, 'Terminating'), nearby]),
        [],
        ['10.0.0.1:8080'],
        everything,
      ],
      ['those of the node only, while it has none', both(local, [nearby]), [], [], ['10.0.0.2', '10.0.0.3']],
    ])('%s', (_, records, down, targets, alive) => {
      for (const order of [records, records.toReversed()]) expect(targetsOf(order, down)).toEqual([targets, alive]);
    });

    it('choose among the endpoints that have the port', () => {
      const ports: ServiceRecord['ports'] = [{ protocol: 'TCP', port: 443, targetPort: 8443 }];
      const services = new NodeServices();
      services.set('a', record([near], { traffic: cluster }));
      services.set('b', record([endpoint(3)], { cluster: 'west', traffic: cluster, ports }));
      const service = services.of('app', range, here).get('ns/web');
      expect(service?.ports.map(({ port, targets }) => [port, text(targets)])).toEqual([
        [80, ['10.0.0.1:8080']],
        [443, ['10.0.0.3:8443']],
      ]);
    });

    it('follow this node, once it knows its cluster', () => {
      const services = new NodeServices();
      for (const [index, one] of both(cluster, [near]).entries()) services.set(String(index), one);
      const of = (from: typeof here | undefined) => text(services.of('app', range, from).get('ns/web')?.ports[0]?.targets);
      expect(of(undefined)).toEqual(['10.0.0.1:8080', '10.0.0.3:8080']);
      expect(of(here)).toEqual(['10.0.0.1:8080']);
      expect(services.of('app', range, { ...here })).toBe(services.of('app', range, here));
      expect(of({ ...here, cluster: 'west' })).toEqual(['10.0.0.3:8080']);
    });
  });
});
