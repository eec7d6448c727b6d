import { describe, expect, it } from 'vitest';
import type { ExportBody, ExportPort } from '../../exchange/statement/export.ts';
import { endpoint, offer } from '../fixtures/worker.ts';
import { offersOfName } from './offer-conflict.ts';

const http: ExportPort = { name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 };
const older = (changes: Partial<ExportBody> = {}) =>
  offer('west', [endpoint(1)], { created: '2026-01-01T00:00:00Z', ports: [http], ...changes });
const younger = (changes: Partial<ExportBody>) =>
  offer('east', [endpoint(2)], { created: '2026-01-02T00:00:00Z', ports: [http], ...changes });
const verdict = (changes: Partial<ExportBody>) => {
  const { used, conflicts } = offersOfName([younger(changes), older()], () => 0);
  return { used: used.map(({ cluster }) => cluster), conflicts };
};

describe('a younger export of a name', () => {
  it.each<[string, Partial<ExportBody>]>([
    ['with the same ports', {}],
    ['with another target port', { ports: [{ ...http, targetPort: 9090 }] }],
    ['with a further port', { ports: [http, { name: 'admin', protocol: 'TCP', port: 81, targetPort: 81 }] }],
    ['without ports', { ports: [] }],
  ])('%s is used', (_, changes) => {
    expect(verdict(changes)).toEqual({ used: ['west', 'east'], conflicts: [] });
  });

  it.each<[string, Partial<ExportBody>, string, string?]>([
    ['with another type', { type: 'Headless' }, 'type Headless and not ClusterSetIP', 'Type'],
    ['with another number for a port', { ports: [{ ...http, port: 81 }] }, 'port "http" 81/TCP and not "http" 80/TCP'],
    ['with another name for a port', { ports: [{ ...http, name: 'web' }] }, 'port "web" 80/TCP and not "http" 80/TCP'],
    ['with another protocol in it', { ports: [{ ...http, appProtocol: 'grpc' }] }, 'port "http" 80/TCP (grpc) and not "http" 80/TCP'],
  ])('%s is not used', (_, changes, what, property = 'Ports') => {
    expect(verdict(changes)).toEqual({ used: ['west'], conflicts: [{ younger: 'east', older: 'west', property, what }] });
  });
});

describe('ports without names', () => {
  const nameless = (...numbers: number[]) => numbers.map((port): ExportPort => ({ protocol: 'TCP', port, targetPort: port }));
  it.each([
    ['the same ones', nameless(80, 443), nameless(80, 443)],
    ['the same ones in another order', nameless(80, 443), nameless(443, 80)],
    ['others', nameless(80), nameless(443)],
  ])('do not contradict one another when they are %s', (_, mine, theirs) => {
    const { conflicts } = offersOfName([older({ ports: theirs }), younger({ ports: mine })], () => 0);
    expect(conflicts).toEqual([]);
  });
});

describe('the age of an export', () => {
  it('is not what a newcomer says of itself', () => {
    const liar = offer('east', [endpoint(2)], { created: '1970-01-01T00:00:00Z', type: 'Headless' });
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
    const twin = offer('east', [endpoint(2)], { created: older().body.created, type: 'Headless' });
    expect(offersOfName([older(), twin], () => 0).conflicts).toMatchObject([{ younger: 'west', older: 'east' }]);
  });
});
