import { describe, expect, it } from 'vitest';
import { answer } from './answer.ts';
import { clustersetNames } from './clusterset-names.ts';
import type { ImportRecord } from './import-record.ts';
import { Zone } from './zone.ts';

/*
 * The names of KEP-1645 (specification.md, schema version 1.0.0), case by case.
 */

const record = (cluster: string, addresses: readonly string[], more: Partial<ImportRecord> = {}): ImportRecord => ({
  slice: 'app',
  cluster,
  namespace: 'test',
  export: 'myservice',
  endpoints: addresses.map((address, index) => ({
    address,
    pod: `pod-${index}`,
    node: 'n1',
    ...(index === 0 ? { hostname: 'my-pet-0' } : {}),
  })),
  ports: [{ name: 'https', protocol: 'tcp', port: 8443, servicePort: 443 }],
  ...more,
});
const zoneOf = (...records: readonly ImportRecord[]): Zone => {
  const zone = new Zone({ serial: 1, origin: 'clusterset.local', names: clustersetNames, schema: '1.0.0' });
  for (const one of records) zone.set(one.cluster, one);
  return zone;
};
const ask = (zone: Zone, name: string, type: string): string[] => {
  const { code, answers } = answer(zone, { name, type });
  if (answers.length === 0) return [code === 'NOERROR' ? 'no data' : code];
  return answers
    .map(({ data }) => {
      if ('address' in data) return data.address;
      if (data.type === 'SRV') return `${data.port} ${data.target}`;
      return data.type === 'TXT' ? data.strings.join() : data.type;
    })
    .toSorted();
};
const service = 'myservice.test.svc.clusterset.local';
const headless = { headless: true } as const;
const both = [record('a', ['10.0.0.2', '10.0.0.3']), record('b', ['10.0.1.2'])];
const headlessBoth = both.map((one) => ({ ...one, ...headless }));

describe('a service with type ClusterSetIP', () => {
  it.each<[string, string, string[]]>([
    [service, 'A', ['10.0.240.9']],
    [service, 'AAAA', ['no data']],
    [`_https._tcp.${service}`, 'SRV', [`443 ${service}`]],
    [service, 'SRV', [`443 ${service}`]],
    [`_https._udp.${service}`, 'SRV', ['NXDOMAIN']],
    [`a.${service}`, 'A', ['NXDOMAIN']],
    [`my-pet-0.a.${service}`, 'A', ['NXDOMAIN']],
    ['test.svc.clusterset.local', 'A', ['no data']],
    ['other.test.svc.clusterset.local', 'A', ['NXDOMAIN']],
    ['dns-version.clusterset.local', 'TXT', ['1.0.0']],
    ['dns-version.clusterset.local', 'A', ['no data']],
    ['clusterset.local', 'SOA', ['SOA']],
  ])('%s %s', (name, type, expected) => {
    const addressed = both.map((one) => ({ ...one, address: '10.0.240.9' }));
    const zone = zoneOf(...addressed);
    zone.translate('app', true);
    expect(ask(zone, name, type)).toEqual(expected);
  });

  it('is called at the ports of its pods while it has no address', () => {
    expect(ask(zoneOf(...both), service, 'A')).toEqual(['10.0.0.2', '10.0.0.3', '10.0.1.2']);
    for (const name of [`_https._tcp.${service}`, service]) expect(ask(zoneOf(...both), name, 'SRV')).toEqual([`8443 ${service}`]);
  });

  it('has one SRV record where two ports have one number, and none without ports', () => {
    const udp = { name: 'quic', protocol: 'udp', port: 8443, servicePort: 443 };
    const two = record('a', ['10.0.0.2'], { ports: [...(both[0]?.ports ?? []), udp] });
    expect(ask(zoneOf(two), service, 'SRV')).toEqual([`8443 ${service}`]);
    expect(ask(zoneOf(record('a', ['10.0.0.2'], { ports: [] })), service, 'SRV')).toEqual(['no data']);
  });

  it('exists without ready endpoints, and has them as additional records of its ports otherwise', () => {
    expect(ask(zoneOf(record('a', [])), service, 'A')).toEqual(['no data']);
    const { additional } = answer(zoneOf(...both), { name: `_https._tcp.${service}`, type: 'SRV' });
    expect(additional.map(({ name }) => name)).toEqual([service, service, service]);
  });

  it('has no SRV record for a port without a name, and that of the pods where the port of the service is unknown', () => {
    const unknown = record('a', ['10.0.0.2'], { ports: [{ name: 'https', protocol: 'tcp', port: 8443 }] });
    expect(ask(zoneOf(unknown), `_https._tcp.${service}`, 'SRV')).toEqual([`8443 ${service}`]);
  });
});

describe('a headless service', () => {
  it.each<[string, string, string[]]>([
    [service, 'A', ['10.0.0.2', '10.0.0.3', '10.0.1.2']],
    [`my-pet-0.a.${service}`, 'A', ['10.0.0.2']],
    [`my-pet-0.b.${service}`, 'A', ['10.0.1.2']],
    [`10-0-0-3.a.${service}`, 'A', ['10.0.0.3']],
    [`a.${service}`, 'A', ['no data']],
    [`my-pet-0.c.${service}`, 'A', ['NXDOMAIN']],
    [`_https._tcp.${service}`, 'SRV', [`8443 10-0-0-3.a.${service}`, `8443 my-pet-0.a.${service}`, `8443 my-pet-0.b.${service}`]],
    [service, 'SRV', [`8443 10-0-0-3.a.${service}`, `8443 my-pet-0.a.${service}`, `8443 my-pet-0.b.${service}`]],
  ])('%s %s', (name, type, expected) => {
    expect(ask(zoneOf(...headlessBoth), name, type)).toEqual(expected);
  });

  it('does not exist without ready endpoints', () => {
    expect(ask(zoneOf(record('a', [], headless)), service, 'A')).toEqual(['NXDOMAIN']);
    const zone = zoneOf(record('a', ['10.0.0.2'], headless));
    zone.withdraw(new Set(['app/a/n1']));
    expect(ask(zone, service, 'A')).toEqual(['NXDOMAIN']);
  });
});

it('reads the endpoints of a service once for its own records and those below it, after each change', () => {
  let reads = 0;
  const counted = headlessBoth.map((one) => ({
    ...one,
    endpoints: one.endpoints.map((endpoint) => ({
      ...endpoint,
      get hostname() {
        reads += 1;
        return 'my-pet-0';
      },
    })),
  }));
  const zone = zoneOf(...counted);
  for (const round of [1, 2]) {
    for (const name of [service, `my-pet-0.b.${service}`, `_https._tcp.${service}`]) ask(zone, name, 'A');
    expect(ask(zone, service, 'SRV')).toEqual([`8443 my-pet-0.a.${service}`, `8443 my-pet-0.b.${service}`]);
    expect(reads).toBe(3 * round);
    for (const one of counted) zone.set(one.cluster, one);
  }
});
