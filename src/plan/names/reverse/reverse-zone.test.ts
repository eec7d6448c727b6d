import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer } from '../answer.ts';
import type { ImportRecord } from '../import-record.ts';
import { nodePath } from '../withdrawal.ts';
import { ReverseZone } from './reverse-zone.ts';

const record = (change: Partial<ImportRecord> = {}): ImportRecord => ({
  slice: 'app',
  cluster: 'east',
  namespace: 'ns',
  export: 'web',
  endpoints: [
    { address: '10.0.0.1', pod: 'web-0', node: 'n1', hostname: 'web-0' },
    { address: '10.0.0.2', pod: '', node: 'n2' },
  ],
  ports: [],
  ...change,
});
const zoneOf = (records: Readonly<Record<string, ImportRecord>>, subnets: readonly string[] = ['10.0.0.0/16']): ReverseZone => {
  const zone = new ReverseZone({ serial: 1, ttl: 5, negativeTtl: 1 });
  for (const [key, one] of Object.entries(records)) zone.set(key, one);
  for (const [index, subnet] of subnets.entries()) zone.subnet('app', `n${index}`, subnet);
  zone.translate('app', true);
  return zone;
};
const ask = (zone: ReverseZone, name: string, type = 'PTR'): string => {
  const { code, answers } = answer(zone, { name, type });
  return answers.map(({ data }) => ('target' in data ? data.target : data.type)).join(' ') || (code === 'NOERROR' ? 'no data' : code);
};
const ptr = (zone: ReverseZone, address: string): string => ask(zone, `${address.split('.').toReversed().join('.')}.in-addr.arpa`);

describe('the name of an address', () => {
  const headless = { headless: true } as const;
  const address = '10.0.240.9';
  it.each<[string, Record<string, ImportRecord>, string, string]>([
    ['of a service', { a: record({ address }) }, address, 'web.ns.svc.clusterset.local'],
    [
      'of a service of two clusters',
      { a: record({ address }), b: record({ address, cluster: 'west' }) },
      address,
      'web.ns.svc.clusterset.local',
    ],
    ['of an endpoint', { a: record() }, '10.0.0.1', 'web-0.east.web.ns.svc.slice.local'],
    ['of an endpoint without a pod', { a: record() }, '10.0.0.2', '10-0-0-2.east.web.ns.svc.slice.local'],
    ['of an endpoint of a headless service', { a: record(headless) }, '10.0.0.1', 'web-0.east.web.ns.svc.clusterset.local'],
    ['of one without a host name', { a: record(headless) }, '10.0.0.2', '10-0-0-2.east.web.ns.svc.clusterset.local'],
    [
      'of a pod of several services is the first',
      { a: record(), b: record({ export: 'api' }) },
      '10.0.0.1',
      'web-0.east.api.ns.svc.slice.local',
    ],
    [
      'of a pod of several services is that of a headless one',
      { a: record({ export: 'api' }), b: record(headless) },
      '10.0.0.1',
      'web-0.east.web.ns.svc.clusterset.local',
    ],
    ['in the subnet of a slice and of nobody', { a: record() }, '10.0.0.9', 'NXDOMAIN'],
    ['outside of the subnets', { a: record() }, '10.1.0.1', 'REFUSED'],
    [
      'outside of the subnets, of an endpoint that is there',
      { a: record({ endpoints: [{ address: '10.1.0.1', pod: 'p', node: 'n1' }] }) },
      '10.1.0.1',
      'REFUSED',
    ],
    ['in the subnet of another slice', { a: record({ slice: 'other' }) }, '10.0.0.1', 'NXDOMAIN'],
  ])('%s', (_, records, ip, expected) => {
    expect(ptr(zoneOf(records), ip)).toBe(expected);
    expect(ptr(zoneOf(Object.fromEntries(Object.entries(records).toReversed())), ip)).toBe(expected);
  });

  it('is none that another slice gives it', () => {
    const zone = zoneOf({ a: record({ slice: 'other' }) });
    zone.subnet('other', 'n1', '10.9.0.0/16');
    expect([ptr(zone, '10.0.0.1'), ptr(zone, '10.9.0.1')]).toEqual(['NXDOMAIN', 'NXDOMAIN']);
  });

  it('exists as long as the name has the address', () => {
    const zone = zoneOf({ a: record({ address }), b: record({ export: 'api', cluster: 'west' }) });
    zone.withdraw(new Set([nodePath('app', 'west', 'n1'), nodePath('app', 'east', 'n2')]));
    expect([ptr(zone, '10.0.0.1'), ptr(zone, '10.0.0.2')]).toEqual([
      'web-0.east.web.ns.svc.slice.local',
      '10-0-0-2.west.api.ns.svc.slice.local',
    ]);
    zone.delete('b');
    expect(ptr(zone, '10.0.0.2')).toBe('NXDOMAIN');
    zone.withdraw(new Set());
    expect(ptr(zone, '10.0.0.2')).toBe('10-0-0-2.east.web.ns.svc.slice.local');
    zone.translate('app', false);
    expect(ptr(zone, address)).toBe('NXDOMAIN');
    zone.set('a', record({ endpoints: [] }));
    expect(ptr(zone, '10.0.0.1')).toBe('NXDOMAIN');
    zone.delete('a');
    zone.delete('a');
    expect(ask(zone, '240.0.10.in-addr.arpa')).toBe('NXDOMAIN');
  });

  it('is answered while a node of this cluster has the slice, and by the same object while nothing changes', () => {
    const zone = zoneOf({ a: record() });
    const said = () => answer(zone, { name: '1.0.0.10.in-addr.arpa', type: 'PTR' });
    expect(said()).toBe(said());
    expect(said()).toMatchObject({ authoritative: true, answers: [{ name: '1.0.0.10.in-addr.arpa', ttl: 5 }] });
    const absent = () => answer(zone, { name: '9.0.0.10.in-addr.arpa', type: 'PTR' });
    expect(absent()).toBe(absent());
    expect(absent().authority).toMatchObject([{ name: '0.10.in-addr.arpa', ttl: 1, data: { type: 'SOA', primary: 'ns.dns.slice.local' } }]);
    zone.subnet('app', 'second', '10.0.0.0/16');
    zone.subnet('app', 'n0', undefined);
    expect(ptr(zone, '10.0.0.1')).not.toBe('REFUSED');
    zone.subnet('app', 'second', undefined);
    expect(ptr(zone, '10.0.0.1')).toBe('REFUSED');
  });
});

describe('a reverse zone', () => {
  it.each<[string, string, string, string, string]>([
    ['10.0.0.0/16', '0.10.in-addr.arpa', 'SOA', 'SOA', 'is a zone'],
    ['10.0.0.0/16', '0.10.in-addr.arpa', 'NS', 'ns.dns.slice.local', 'has a server'],
    ['10.0.0.0/16', '0.10.in-addr.arpa', 'PTR', 'no data', 'has no name itself'],
    ['10.0.0.0/16', '10.in-addr.arpa', 'SOA', 'REFUSED', 'is above the subnet'],
    ['10.0.0.0/16', '0.0.10.in-addr.arpa', 'PTR', 'no data', 'has names below'],
    ['10.0.0.0/16', '7.0.10.in-addr.arpa', 'PTR', 'NXDOMAIN', 'has none below'],
    ['10.0.0.0/16', '1.0.0.10.in-addr.arpa', 'A', 'no data', 'has no other records'],
    ['10.0.0.0/16', 'x.1.0.0.10.in-addr.arpa', 'PTR', 'NXDOMAIN', 'is below an address'],
    ['10.0.0.0/16', '01.0.0.10.in-addr.arpa', 'PTR', 'NXDOMAIN', 'is no number'],
    ['10.0.0.0/16', '256.0.0.10.in-addr.arpa', 'PTR', 'NXDOMAIN', 'is no octet'],
    ['10.0.0.0/16', '1.0.0.10.in-addr.arpa', 'AXFR', 'REFUSED', 'is not transferred'],
    ['10.0.0.0/8', '10.in-addr.arpa', 'SOA', 'SOA', 'is the zone of a /8'],
    ['10.0.0.0/12', '15.10.in-addr.arpa', 'SOA', 'SOA', 'is one of the zones of a /12'],
    ['10.0.0.0/12', '16.10.in-addr.arpa', 'SOA', 'REFUSED', 'is none of the zones of a /12'],
    ['10.0.0.0/18', '63.0.10.in-addr.arpa', 'SOA', 'SOA', 'is one of the zones of a /18'],
    ['10.0.0.0/18', '64.0.10.in-addr.arpa', 'SOA', 'REFUSED', 'is none of the zones of a /18'],
    ['10.0.0.0/18', '0.10.in-addr.arpa', 'SOA', 'REFUSED', 'is above the zones of a /18'],
    ['10.0.0.0/28', '1.0.0.10.in-addr.arpa', 'PTR', 'web-0.east.web.ns.svc.slice.local', 'is in a /28'],
    ['10.0.0.0/28', '16.0.0.10.in-addr.arpa', 'PTR', 'REFUSED', 'is beside a /28'],
    ['10.0.0.0/16', 'in-addr.arpa', 'SOA', 'REFUSED', 'is the root of all'],
    ['10.0.0.0/16', '1.0.0.10.in-addr.arpa.slice.local', 'PTR', 'REFUSED', 'only looks like one'],
    ['10.0.0.0/16', '.0.10.in-addr.arpa', 'PTR', 'NXDOMAIN', 'has an empty label'],
    ['not a block', '1.0.0.10.in-addr.arpa', 'PTR', 'REFUSED', 'has no subnet'],
    ['0.0.0.0/0', '1.0.0.10.in-addr.arpa', 'PTR', 'REFUSED', 'is in no slice that can be'],
    ['fd00::/64', '1.0.0.10.in-addr.arpa', 'PTR', 'REFUSED', 'has another family'],
  ])('of %s: %s %s is %s, because it %s', (subnet, name, type, expected) => {
    expect(ask(zoneOf({ a: record() }, [subnet]), name, type)).toBe(expected);
  });

  it('answers the same whatever came in which order (property)', () => {
    const records = [record(), record({ export: 'api', headless: true }), record({ cluster: 'west', address: '10.0.240.9' })];
    const steps = fc.array(fc.tuple(fc.nat(2), fc.boolean(), fc.nat(2)), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (list) => {
        const zone = zoneOf({});
        const held = new Map<string, ImportRecord>();
        for (const [key, isSet, index] of list) {
          const one = records[index];
          if (isSet && one !== undefined) held.set(String(key), one);
          else held.delete(String(key));
          if (isSet && one !== undefined) zone.set(String(key), one);
          else zone.delete(String(key));
          ptr(zone, '10.0.0.1');
        }
        const fresh = zoneOf(Object.fromEntries(held));
        for (const address of ['10.0.0.1', '10.0.0.2', '10.0.240.9', '10.0.1.1']) expect(ptr(zone, address)).toBe(ptr(fresh, address));
        for (const name of ['0.0.10.in-addr.arpa', '240.0.10.in-addr.arpa']) expect(ask(zone, name)).toBe(ask(fresh, name));
      }),
    );
  });
});
