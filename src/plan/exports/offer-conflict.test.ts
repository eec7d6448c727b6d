import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExportBody, ExportPort } from '../../exchange/statement/export.ts';
import { endpoint, offer } from '../fixtures/worker.ts';
import { offersOfName } from './offer-conflict.ts';

const areDistinct = (ports: readonly ExportPort[]): boolean =>
  new Set(ports.map(({ port, protocol }) => `${port}/${protocol}`)).size === ports.length;

const http: ExportPort = { name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 };
const older = (changes: Partial<ExportBody> = {}) =>
  offer('west', [endpoint(1)], { created: '2026-01-01T00:00:00Z', ports: [http], ...changes });
const younger = (changes: Partial<ExportBody>) =>
  offer('east', [endpoint(2)], { created: '2026-01-02T00:00:00Z', ports: [http], ...changes });
const verdict = (changes: Partial<ExportBody>) => {
  const { used, conflicts } = offersOfName([younger(changes), older()], () => 0);
  return { ports: used.find(({ cluster }) => cluster === 'east')?.body.ports, conflicts };
};
const udp: ExportPort = { name: 'http', protocol: 'UDP', port: 80, targetPort: 9 };
const admin: ExportPort = { name: 'admin', protocol: 'TCP', port: 81, targetPort: 81 };

describe('a younger export of a name', () => {
  it.each<[string, ExportPort[]]>([
    ['the same ports', [http]],
    ['another target port', [{ ...http, targetPort: 9090 }]],
    ['a further port', [http, admin]],
    ['no ports', []],
  ])('with %s is used as it is', (_, ports) => {
    expect(verdict({ ports })).toEqual({ ports, conflicts: [] });
  });

  it.each<[string, ExportPort[], ExportPort[], string[]]>([
    [
      'has another number for a port is called by the older number, at its own target port',
      [{ ...http, port: 81, targetPort: 9090 }],
      [{ ...http, targetPort: 9090 }],
      ['port "http" 81/TCP and not "http" 80/TCP'],
    ],
    ['has another name for a port', [{ ...http, name: 'web' }], [http], ['port "web" 80/TCP and not "http" 80/TCP']],
    ['has no name for a port', [{ protocol: 'TCP', port: 80, targetPort: 8080 }], [http], ['port 80/TCP and not "http" 80/TCP']],
    ['has another protocol in a port', [{ ...http, appProtocol: 'grpc' }], [http], ['port "http" 80/TCP (grpc) and not "http" 80/TCP']],
    [
      'means another transport by a name loses that port only',
      [udp, admin],
      [admin],
      ['port "http" 80/UDP and not "http" 80/TCP, so the port is not used'],
    ],
    [
      'has two ports that would be one loses the one without the name',
      [
        { ...admin, port: 80 },
        { ...http, port: 81 },
      ],
      [http],
      ['port "admin" 80/TCP and not "http" 80/TCP, so the port is not used', 'port "http" 81/TCP and not "http" 80/TCP'],
    ],
  ])('that %s', (_, ports, expected, whats) => {
    const { ports: found, conflicts } = verdict({ ports });
    expect(found).toEqual(expected);
    expect(conflicts).toEqual(whats.map((what) => ({ younger: 'east', older: 'west', property: 'Ports', what })));
  });

  it('has type and session affinity of the oldest one, and says in what it differs', () => {
    const { used, conflicts } = offersOfName([younger({ type: 'Headless', sessionAffinity: 'ClientIP' }), older()], () => 0);
    expect(used.map(({ cluster, body: { type, sessionAffinity } }) => [cluster, type, sessionAffinity])).toEqual([
      ['west', 'ClusterSetIP', 'None'],
      ['east', 'ClusterSetIP', 'None'],
    ]);
    expect(conflicts.map(({ property, what }) => [property, what])).toEqual([
      ['Type', 'type Headless and not ClusterSetIP'],
      ['SessionAffinity', 'session affinity ClientIP and not None'],
    ]);
  });

  it('has the time of session affinity of the oldest one, which is compared where both have affinity', () => {
    const sticky = (affinitySeconds?: number): Partial<ExportBody> => ({
      sessionAffinity: 'ClientIP',
      ...(affinitySeconds === undefined ? {} : { affinitySeconds }),
    });
    const united = (mine: Partial<ExportBody>, theirs: Partial<ExportBody>) => {
      const { used, conflicts } = offersOfName([younger(mine), older(theirs)], () => 0);
      return [used[1]?.body.affinitySeconds, conflicts.map(({ property, what }) => `${property}: ${what}`)];
    };
    expect(united(sticky(60), sticky(10))).toEqual([10, ['SessionAffinityConfig: session affinity for 60 s and not 10 s']]);
    expect(united(sticky(60), sticky())).toEqual([undefined, ['SessionAffinityConfig: session affinity for 60 s and not 10800 s']]);
    expect(united(sticky(60), {})).toEqual([undefined, ['SessionAffinity: session affinity ClientIP and not None']]);
    expect(united({}, sticky(60))).toEqual([60, ['SessionAffinity: session affinity None and not ClientIP']]);
    expect(united(sticky(60), sticky(60))).toEqual([60, []]);
  });

  it('has the traffic policies of the oldest one, and a conflict where they differ in what they mean', () => {
    const local = { internalTrafficPolicy: 'Local' } as const;
    const distributed = (trafficDistribution: string) => ({ trafficDistribution });
    const united = (mine: Partial<ExportBody>, theirs: Partial<ExportBody>) => {
      const { used, conflicts } = offersOfName([younger(mine), older(theirs)], () => 0);
      const { internalTrafficPolicy, trafficDistribution } = used[1]?.body ?? {};
      return [internalTrafficPolicy, trafficDistribution, conflicts.map(({ property, what }) => `${property}: ${what}`)];
    };
    expect(united(local, {})).toEqual([undefined, undefined, ['InternalTrafficPolicy: internal traffic policy Local and not Cluster']]);
    expect(united({}, local)).toEqual(['Local', undefined, ['InternalTrafficPolicy: internal traffic policy Cluster and not Local']]);
    expect(united(local, local)).toEqual(['Local', undefined, []]);
    expect(united(distributed('PreferSameNode'), {})).toEqual([
      undefined,
      undefined,
      ['TrafficDistribution: traffic distribution PreferSameNode and not none'],
    ]);
    expect(united({}, distributed('PreferSameZone'))).toEqual([
      undefined,
      'PreferSameZone',
      ['TrafficDistribution: traffic distribution none and not PreferSameZone'],
    ]);
    expect(united(distributed('PreferClose'), distributed('PreferSameZone'))[2]).toEqual([]);
    // A headless service has none, so its type alone differs.
    expect(united({ type: 'Headless' }, { ...local, ...distributed('PreferClose') })).toEqual([
      'Local',
      'PreferClose',
      ['Type: type Headless and not ClusterSetIP'],
    ]);
    expect(united(local, { type: 'Headless' })).toEqual([undefined, undefined, ['Type: type ClusterSetIP and not Headless']]);
  });

  it('keeps the target ports of its endpoints beside the ports that are used', () => {
    const own = { ...endpoint(2), targetPorts: [9, 8181] };
    const { used } = offersOfName([older(), offer('east', [own], { created: '2026-01-02T00:00:00Z', ports: [udp, admin] })], () => 0);
    expect(used[1]?.parts.map(({ endpoints }) => endpoints)).toEqual([[{ ...own, targetPorts: [8181] }]]);
  });
});

describe('ports without names', () => {
  const nameless = (...numbers: number[]) => numbers.map((port): ExportPort => ({ protocol: 'TCP', port, targetPort: port }));
  it.each([
    ['the same ones agree', nameless(80, 443), nameless(80, 443), nameless(80, 443)],
    ['the same ones in another order agree', nameless(80, 443), nameless(443, 80), nameless(80, 443)],
    ['others are not used, because no two ports may have the same name, or none', nameless(80), nameless(443), []],
  ])('%s', (_, mine, theirs, expected) => {
    const { used, conflicts } = offersOfName([older({ ports: theirs }), younger({ ports: mine })], () => 0);
    expect(used[1]?.body.ports).toEqual(expected);
    expect(conflicts).toHaveLength(mine.length - expected.length);
  });
});

it('exports of a name have a union of ports in which no name and no number is twice, whatever they are (property)', () => {
  const port = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
    port: fc.integer({ min: 1, max: 4 }),
    targetPort: fc.integer({ min: 1, max: 9 }),
  });
  const ports = fc.uniqueArray(port, { maxLength: 4, selector: ({ name }) => name }).filter(areDistinct);
  fc.assert(
    fc.property(fc.array(ports, { minLength: 1, maxLength: 4 }), (lists) => {
      const offers = lists.map((list, index) => offer(`c${index}`, [], { created: `2026-01-0${index + 1}T00:00:00Z`, ports: list }));
      const { used, conflicts } = offersOfName(offers.toReversed(), () => 0);
      expect(used[0]).toBe(offers[0]);
      const union = new Map(
        used.flatMap(({ body }) => body.ports).map(({ name, protocol, port: number }) => [`${name} ${number}/${protocol}`, name]),
      );
      expect(new Set(union.values()).size).toBe(union.size);
      expect(new Set([...union.keys()].map((key) => key.split(' ')[1])).size).toBe(union.size);
      for (const [index, { body }] of used.entries()) {
        expect(areDistinct(body.ports)).toBe(true);
        if (conflicts.every(({ younger }) => younger !== `c${index}`)) expect(body).toBe(offers[index]?.body);
      }
      // What is used agrees.
      expect(offersOfName(used, () => 0).conflicts).toEqual([]);
    }),
  );
});

describe('the age of an export', () => {
  it('is not what a newcomer says of itself', () => {
    const liar = offer('east', [endpoint(2)], { created: '1970-01-01T00:00:00Z', type: 'Headless', ports: [http] });
    const seen = { west: Date.UTC(2026, 0, 1), east: Date.UTC(2026, 0, 3) };
    const { conflicts } = offersOfName([liar, older()], (cluster) => seen[cluster as keyof typeof seen]);
    expect(conflicts).toMatchObject([{ younger: 'east', older: 'west' }]);
  });

  it('is what clusters say of themselves that were first seen at the same time', () => {
    const [first, second] = [Date.UTC(2026, 5, 1), Date.UTC(2026, 5, 1, 0, 5)];
    for (const seen of [
      { west: first, east: second },
      { west: second, east: first },
    ]) {
      const { conflicts } = offersOfName([older(), younger({ type: 'Headless' })], (cluster) => seen[cluster as keyof typeof seen]);
      expect(conflicts).toMatchObject([{ younger: 'east', older: 'west' }]);
    }
  });

  it('is decided by the name of the cluster when both are equally old', () => {
    const twin = offer('east', [endpoint(2)], { created: older().body.created, type: 'Headless', ports: [http] });
    expect(offersOfName([older(), twin], () => 0).conflicts).toMatchObject([{ younger: 'west', older: 'east' }]);
  });
});
