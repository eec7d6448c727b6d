import { describe, expect, it } from 'vitest';
import { exportBody, nodeBody } from '../../../test/exchange/author.ts';
import { isTombstone, readStatement } from './statement.ts';

const claims = {
  version: 2,
  critical: [],
  project: 'default',
  slice: 'app-slice',
  sliceUID: 'u',
  cluster: 'east',
  serial: 1,
  issuedAt: '2026-11-24T12:00:00.000Z',
  expiresAt: '2026-12-01T12:00:00.000Z',
};
/** The field that is wrong, or `read`. */
const fault = (value: unknown): string => {
  const read = readStatement(value);
  if (typeof read !== 'string') return 'read';
  expect(read).not.toMatch(/\p{Cc}/u);
  expect(read.length).toBeLessThan(400);
  return read.slice(0, read.indexOf(':'));
};

describe('an export', () => {
  const of = (changes: Record<string, unknown>) => ({
    ...claims,
    kind: 'Export',
    subject: 'app-ns/backend',
    body: { ...exportBody(), ...changes },
  });
  const port = { name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 };
  const endpoint = { pod: 'p', addresses: ['10.0.0.2'], node: 'n1', ready: true };
  const long = 'x'.repeat(40_000);

  it.each<[string, Record<string, unknown>, string]>([
    ['as it is', {}, 'read'],
    ['two ports of one name', { ports: [port, { ...port, port: 81 }] }, 'body.ports'],
    ['one port twice', { ports: [port, { ...port, name: 'other' }] }, 'body.ports'],
    ['one number for two protocols', { ports: [port, { ...port, name: 'udp', protocol: 'UDP' }] }, 'read'],
    ['two ports without name', { ports: [{ ...port, name: undefined }] }, 'body.ports.0.name'],
    ['a protocol that is none', { ports: [{ ...port, protocol: 'ICMP' }] }, 'body.ports.0.protocol'],
    ['a port that is none', { ports: [{ ...port, port: 65_536 }] }, 'body.ports.0.port'],
    ['an appProtocol', { ports: [{ ...port, appProtocol: 'kubernetes.io/h2c' }] }, 'read'],
    ['an appProtocol with a new line', { ports: [{ ...port, appProtocol: 'http\n' }] }, 'body.ports.0.appProtocol'],
    ['an appProtocol with quotes', { ports: [{ ...port, appProtocol: '"http"' }] }, 'body.ports.0.appProtocol'],
    ['an appProtocol of 40 KB', { ports: [{ ...port, appProtocol: long }] }, 'body.ports.0.appProtocol'],
    ['a name of 40 KB', { ports: [{ ...port, name: long }] }, 'body.ports.0.name'],
    ['a pod of 40 KB', { endpoints: [{ ...endpoint, pod: long }] }, 'body.endpoints.0.pod'],
    ['a pod with a terminal escape', { endpoints: [{ ...endpoint, pod: '\u001b[2J' }] }, 'body.endpoints.0.pod'],
    ['a host name that is an option', { endpoints: [{ ...endpoint, hostname: '-rf' }] }, 'body.endpoints.0.hostname'],
    ['no address', { endpoints: [{ ...endpoint, addresses: [] }] }, 'body.endpoints.0.addresses'],
    ['an address in another form', { endpoints: [{ ...endpoint, addresses: ['10.0.0.02'] }] }, 'body.endpoints.0.addresses.0'],
    ['two addresses of one family', { endpoints: [{ ...endpoint, addresses: ['10.0.0.2', '10.0.0.3'] }] }, 'body.endpoints.0.addresses'],
    ['101 endpoints', { endpoints: Array.from({ length: 101 }, () => endpoint) }, 'body.endpoints'],
    ['a time of session affinity', { sessionAffinity: 'ClientIP', affinitySeconds: 60 }, 'read'],
    ['no time of session affinity', { affinitySeconds: 0 }, 'body.affinitySeconds'],
    ['more than a day of session affinity', { affinitySeconds: 86_401 }, 'body.affinitySeconds'],
    ['traffic policies', { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferSameNode' }, 'read'],
    ['traffic policies of a later version', { internalTrafficPolicy: 'Rack', trafficDistribution: 'example.org/Rack' }, 'read'],
    ['a traffic policy with a terminal escape', { internalTrafficPolicy: '\u001b[2J' }, 'body.internalTrafficPolicy'],
    ['a traffic policy of 40 KB', { trafficDistribution: long }, 'body.trafficDistribution'],
    ['labels and annotations', { labels: { 'example.org/a': 'b', c: '' }, annotations: { a: 'two\n"lines"' } }, 'read'],
    ['a label with a space', { labels: { a: 'b c' } }, 'body.labels.a'],
    ['a label of no key', { labels: { '-a': 'b' } }, 'body.labels.-a'],
    ['an annotation with a terminal escape', { annotations: { a: '\u001b[2J' } }, 'body.annotations.a'],
    ['annotations of 40 KB', { annotations: { a: long } }, 'body.annotations'],
    ['a field of a later version', { later: true }, 'read'],
    ['a type that is none', { type: 'ExternalName' }, 'body.type'],
    ['a time that is none', { created: 'yesterday' }, 'body.created'],
    ['an alias with a space', { aliases: ['a b'] }, 'body.aliases.0'],
    ['another name than its subject', { name: 'frontend' }, 'subject'],
  ])('%s', (_, changes, expected) => {
    expect(fault(of(changes))).toBe(expected);
  });
});

describe('a report', () => {
  const of = (line: string) => ({
    ...claims,
    kind: 'Links',
    subject: 'east',
    body: { nodes: 0, clusters: [], worst: [], impaired: [], impairedNodes: 0, missingNodes: [], missing: 0, refused: [line] },
  });
  it.each([
    ['a sentence', 'Export "ä/b" of cluster “west” is not used.', 'read'],
    ['40 KB', 'x'.repeat(40_000), 'body.refused.0'],
    ['a terminal escape', '\u001b[2J', 'body.refused.0'],
    ['a C1 escape', '\u009b2J', 'body.refused.0'],
    ['a new line', 'a\nb', 'body.refused.0'],
    ['a line separator', 'a\u2028b', 'body.refused.0'],
    ['text in the other direction', 'a\u202eb', 'body.refused.0'],
  ])('with %s', (_, line, expected) => {
    expect(fault(of(line))).toBe(expected);
  });
});

describe('a tombstone', () => {
  const of = (kind: string, subject: string) => fault({ ...claims, kind, subject, withdrawn: true });
  it.each([
    ['Cluster', 'east', 'read'],
    ['Cluster', 'west', 'subject'],
    ['Links', 'other', 'subject'],
    ['Node', 'n1.example', 'read'],
    ['Node', 'n1/x', 'subject'],
    ['Export', 'app-ns/backend', 'read'],
    ['Export', 'backend', 'subject'],
    ['Endpoints', 'app-ns/backend/49', 'read'],
    ['Endpoints', 'app-ns/backend/50', 'subject'],
    ['Endpoints', 'app-ns/backend/01', 'subject'],
    ['Policy', 'x', 'kind'],
  ])('about %s "%s"', (kind, subject, expected) => {
    expect(of(kind, subject)).toBe(expected);
  });

  it('is one even with content', () => {
    const read = readStatement({ ...claims, kind: 'Node', subject: 'n1', withdrawn: true, body: nodeBody('n1', ['10.0.0.0/26']) });
    expect(typeof read !== 'string' && isTombstone(read)).toBe(true);
  });
});
