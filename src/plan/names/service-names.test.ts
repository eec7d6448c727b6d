import { describe, expect, test } from 'vitest';
import type { ImportRecord } from './import-record.ts';
import type { Answer } from './record.ts';
import { namesBelow, parentOf, type ServiceInput, serviceEntry } from './service-names.ts';

const name = 'backend.app-ns.svc.slice.local';
const record = (cluster: string, change: Partial<ImportRecord> = {}): ImportRecord => ({
  slice: 'app-slice',
  cluster,
  namespace: 'app-ns',
  export: 'backend',
  endpoints: [],
  ports: [],
  ...change,
});
const input = (...imports: ImportRecord[]): ServiceInput => ({ name, imports, ttl: 5, authority: [] });
const contents = (answer: Answer | undefined): unknown[] | undefined =>
  answer?.answers.map(({ data }) => ('address' in data ? data.address : data.type === 'SRV' ? `${data.port} ${data.target}` : data));
const endpoint = (address: string, pod = '', node = 'n1') => ({ address, pod, node });

describe('a service', () => {
  test('has the addresses of all clusters, each once, whatever the order', () => {
    const east = record('east', { endpoints: [endpoint('10.0.0.2'), endpoint('10.0.0.1')] });
    const west = record('west', { endpoints: [endpoint('10.0.0.1'), endpoint('10.1.0.1'), endpoint('fd00::1')] });
    for (const entry of [serviceEntry(input(east, west)), serviceEntry(input(west, east))]) {
      expect(contents(entry.byType.get('A'))).toEqual(['10.0.0.1', '10.0.0.2', '10.1.0.1']);
      expect(contents(entry.byType.get('AAAA'))).toEqual(['fd00::1']);
      expect(entry.byType.get('A')?.answers[0]).toEqual({ name, ttl: 5, data: { type: 'A', address: '10.0.0.1' } });
    }
  });

  test('without endpoints exists without data', () => {
    expect(serviceEntry(input(record('east'))).byType.size).toBe(0);
  });
});

describe('below a service', () => {
  test('each pod has a name, also one that only its cluster tells apart', () => {
    const names = namesBelow(
      input(
        record('east', { endpoints: [endpoint('10.0.0.1', 'backend-0'), endpoint('10.0.0.2', 'backend-1')] }),
        record('west', { endpoints: [endpoint('10.1.0.1', 'backend-0')] }),
      ),
    );
    expect(contents(names.get(`backend-0.east.${name}`)?.byType.get('A'))).toEqual(['10.0.0.1']);
    expect(contents(names.get(`backend-1.east.${name}`)?.byType.get('A'))).toEqual(['10.0.0.2']);
    expect(contents(names.get(`backend-0.west.${name}`)?.byType.get('A'))).toEqual(['10.1.0.1']);
    expect(contents(names.get(`east.${name}`)?.byType.get('A'))).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(names.has(`north.${name}`)).toBe(false);
    expect(names.has(name)).toBe(false);
  });

  test.each([
    ['is unknown', '', '10-0-0-1'],
    ['is longer than a label', 'a'.repeat(64), '10-0-0-1'],
    ['is longer than a name', Array.from({ length: 4 }, () => 'a'.repeat(60)).join('.'), '10-0-0-1'],
    ['has dots', 'etcd-node.example', 'etcd-node.example'],
  ])('a pod whose name %s', (_, pod, label) => {
    const names = namesBelow(input(record('east', { endpoints: [endpoint('10.0.0.1', pod)] })));
    expect(contents(names.get(`${label}.east.${name}`)?.byType.get('A'))).toEqual(['10.0.0.1']);
  });

  test('a dot in a pod name leaves a parent without data', () => {
    const names = namesBelow(input(record('east', { endpoints: [endpoint('10.0.0.1', 'a.b')] })));
    expect([...names.keys()].toSorted()).toEqual([`a.b.east.${name}`, `b.east.${name}`, `east.${name}`]);
  });

  test('each named port has SRV records that point at pods, with their addresses beside', () => {
    const ports = [{ name: 'http', protocol: 'tcp', port: 8080, servicePort: 8080 }];
    const names = namesBelow(
      input(
        record('east', { endpoints: [endpoint('10.0.0.1', 'backend-0')], ports }),
        record('west', { endpoints: [endpoint('10.1.0.1', 'backend-0')], ports: [{ ...ports[0]!, port: 9090 }] }),
        record('north', { endpoints: [endpoint('10.2.0.1', 'backend-0')] }),
      ),
    );
    const answer = names.get(`_http._tcp.${name}`)?.byType.get('SRV');
    expect(contents(answer)?.toSorted()).toEqual([`8080 backend-0.east.${name}`, `9090 backend-0.west.${name}`]);
    expect(answer?.additional.map(({ name, data }) => [name, data])).toEqual([
      [`backend-0.east.${name}`, { type: 'A', address: '10.0.0.1' }],
      [`backend-0.west.${name}`, { type: 'A', address: '10.1.0.1' }],
    ]);
    expect(names.get(`_tcp.${name}`)?.byType.size).toBe(0);
  });

  test('a cluster that offers the service without endpoints has a name without data', () => {
    expect(namesBelow(input(record('east'))).get(`east.${name}`)?.byType.size).toBe(0);
  });
});

describe('a service with an address', () => {
  const ports = [{ name: 'http', protocol: 'tcp', port: 8080, servicePort: 80 }];
  const service = (...endpoints: readonly ImportRecord['endpoints'][number][]) => ({
    ...input(record('east', { endpoints, ports }), record('west', { endpoints: [], ports })),
    address: '10.0.240.9',
  });

  test('is answered with it, with and without endpoints', () => {
    for (const one of [service(), service(endpoint('10.0.0.1', 'backend-0'))])
      expect(contents(serviceEntry(one).byType.get('A'))).toEqual(['10.0.240.9']);
  });

  test('has SRV records with its own name and the port that clients call, and names of pods and clusters with their own addresses', () => {
    const names = namesBelow(service(endpoint('10.0.0.1', 'backend-0')));
    const answer = names.get(`_http._tcp.${name}`)?.byType.get('SRV');
    expect(contents(answer)).toEqual([`80 ${name}`]);
    expect(answer?.additional.map(({ data }) => data)).toEqual([{ type: 'A', address: '10.0.240.9' }]);
    for (const host of [`backend-0.east.${name}`, `east.${name}`]) expect(contents(names.get(host)?.byType.get('A'))).toEqual(['10.0.0.1']);
  });
});

test.each([
  ['a.b.c', 'b.c'],
  ['c', ''],
])('the parent of %s is %j', (name, parent) => {
  expect(parentOf(name)).toBe(parent);
});
