import { expect, it } from 'vitest';
import { endpoints, exportBody, nodeBody, slice, start } from '../../../test/exchange/author.ts';
import type { StatementKind } from '../../api/notice/type.ts';
import { emptyLedger, type Ledger } from '../ledger/ledger.ts';
import { state } from '../ledger/state.ts';
import type { ExportBody, ExportEndpoint } from '../statement/export.ts';
import type { StatementBodies } from '../statement/statement.ts';
import { draftStatement } from '../trust/issue.ts';
import { type Offer, offersOf } from './offer.ts';

type Said = { [K in StatementKind]: [cluster: string, kind: K, subject: string, body: StatementBodies[K] | undefined] }[StatementKind];
/** A ledger in which these statements are in force, with serials 1, 2, 3 … */
const knowing = (...all: Said[]): Ledger =>
  all.reduce((ledger, [cluster, kind, subject, body], index) => {
    const now = start + index * 1000;
    const draft = { kind, subject, body, serial: index + 1, ...slice };
    return state(ledger, draftStatement({ cluster, project: 'default' }, draft, now), now);
  }, emptyLedger);

const node: Said = ['east', 'Node', 'n1', nodeBody('n1', ['10.0.0.0/26', '10.0.0.128/26'])];
const exported = (all: ExportEndpoint[], changes: Partial<ExportBody> = {}, cluster = 'east'): Said => [
  cluster,
  'Export',
  'app-ns/backend',
  exportBody({ endpoints: all, ...changes }),
];
const shard = (number: number, all: ExportEndpoint[]): Said => [
  'east',
  'Endpoints',
  `app-ns/backend/${number}`,
  { namespace: 'app-ns', name: 'backend', shard: number, endpoints: all },
];
const used = ({ parts }: Offer): string[][] => parts.map((part) => part.endpoints.flatMap(({ addresses }) => addresses));
const offered = (...all: Said[]) => offersOf(knowing(...all), 'app-ns/backend').map(used);

it.each<[string, ExportEndpoint[], string[]]>([
  ['addresses of its node', endpoints(['10.0.0.2', 'n1'], ['10.0.0.130', 'n1']), ['10.0.0.2', '10.0.0.130']],
  ['the address of the node itself', endpoints(['10.0.0.1', 'n1'], ['10.0.0.2', 'n1']), ['10.0.0.2']],
  ['an address between the blocks', endpoints(['10.0.0.70', 'n1'], ['10.0.0.2', 'n1']), ['10.0.0.2']],
  ['an address that no pod has', endpoints(['10.0.0.63', 'n1'], ['10.0.0.0', 'n1'], ['10.0.0.2', 'n1']), ['10.0.0.2']],
  ['an address outside the slice', endpoints(['192.168.0.1', 'n1']), []],
  ['a node of which nothing is known', endpoints(['10.0.0.2', 'n2']), []],
  ['one good address and a bad one', [{ pod: 'p', addresses: ['10.0.0.2', '2001:db8::1'], node: 'n1', ready: true }], []],
  ['other ports than the export', [{ pod: 'p', addresses: ['10.0.0.2'], node: 'n1', ready: true, targetPorts: [1, 2] }], []],
  ['its own target ports', [{ pod: 'p', addresses: ['10.0.0.2'], node: 'n1', ready: true, targetPorts: [1] }], ['10.0.0.2']],
])('endpoints with %s', (_, all, expected) => {
  expect(offered(node, exported(all))).toEqual([[expected]]);
});

it('names the endpoints that are not used', () => {
  const [offer] = offersOf(knowing(node, exported(endpoints(['10.0.0.2', 'n1'], ['10.0.1.2', 'n1']))), 'app-ns/backend');
  expect(offer?.strays).toMatchObject([{ addresses: ['10.0.1.2'] }]);
});

it('a node of another cluster is not one of this', () => {
  expect(offered(['west', 'Node', 'n1', nodeBody('n1', ['10.0.0.0/26'])], exported(endpoints(['10.0.0.2', 'n1'])))).toEqual([[[]]]);
});

it('shards follow the export in the order of their numbers, and none counts without it', () => {
  const parts = [shard(7, endpoints(['10.0.0.4', 'n1'])), shard(1, endpoints(['10.0.0.3', 'n1']))];
  expect(offered(node, ...parts)).toEqual([]);
  expect(offered(node, ...parts, exported(endpoints(['10.0.0.2', 'n1'])))).toEqual([[['10.0.0.2'], ['10.0.0.3'], ['10.0.0.4']]]);
  const [offer] = offersOf(knowing(node, ...parts, exported([])), 'app-ns/backend');
  expect(offer?.parts.map(({ shard: number, serial }) => [number, serial])).toEqual([
    [0, 4],
    [1, 3],
    [7, 2],
  ]);
});

it('is as young as its youngest part', () => {
  const [offer] = offersOf(knowing(node, exported([]), shard(1, [])), 'app-ns/backend');
  expect(offer?.issuedAt).toBe(new Date(start + 2000).toISOString());
});

it('is as young as its youngest part, with and without fractions of a second', () => {
  const issued = (said: Said, serial: number, issuedAt: string) => {
    const [cluster, kind, subject, body] = said;
    return { ...draftStatement({ cluster, project: 'default' }, { kind, subject, body, serial, ...slice }, start), issuedAt };
  };
  const whole = issued(exported([]), 1, '2026-11-24T12:00:00Z');
  const later = issued(shard(1, []), 2, '2026-11-24T12:00:00.5Z');
  const [offer] = offersOf(state(state(emptyLedger, whole, start), later, start), 'app-ns/backend');
  expect(offer?.issuedAt).toBe('2026-11-24T12:00:00.5Z');
});

it('offers of several clusters come in the order of their names', () => {
  const ledger = knowing(exported([], {}, 'west'), exported([], {}, 'east'), [
    'north',
    'Export',
    'app-ns/other',
    exportBody({ name: 'other' }),
  ]);
  expect(offersOf(ledger, 'app-ns/backend').map(({ cluster }) => cluster)).toEqual(['east', 'west']);
});

it('a withdrawn export offers nothing', () => {
  expect(offered(node, exported([]), ['east', 'Export', 'app-ns/backend', undefined])).toEqual([]);
});
