import { describe, expect, test } from 'vitest';
import { refusals, rulesOf } from '../../test/cel.ts';
import { catalogue } from './catalogue.ts';
import { clusterDefinition } from './cluster/definition.ts';
import { clusterSpec } from './cluster/schema.ts';
import { nameIsLabel } from './kind-definition.ts';
import { labelRequirement, serviceExportSpec } from './serviceexport/schema.ts';

const named = (name: string, spec: object = {}) => ({ metadata: { name }, spec });

describe('a name that others are derived from', () => {
  test.each(['a', 'app-slice', '7', 'a'.repeat(63)])('%s is accepted', (name) => {
    expect(refusals([nameIsLabel], named(name))).toEqual([]);
  });

  test.each(['a.b', 'a'.repeat(64), '-a', 'a-', 'A', 'a_b'])('%s is refused by name', (name) => {
    expect(refusals([nameIsLabel], named(name))).toEqual([
      `metadata.name "${name}" must be a DNS label: at most 63 lower-case letters, digits and dashes, starting and ending with a letter or digit`,
    ]);
  });
});

describe('the authority of a Cluster', () => {
  const field = rulesOf(clusterSpec.shape.caBundle);
  const whole = clusterDefinition.rules ?? [];

  test('is set once and then stays', () => {
    const [first, second] = ['first', 'second'].map((name) => `-----BEGIN CERTIFICATE-----\n${name}`);
    expect(refusals(field, first, first)).toEqual([]);
    expect(refusals(field, second, first).join()).toContain('this cluster name is taken by another cluster');
  });

  test('is a certificate in PEM form', () => {
    expect(refusals(field, 'first', undefined).join()).toContain('not a certificate in PEM form');
  });

  test('cannot be taken away, which would free the name without freeing what hangs on it', () => {
    expect(refusals(whole, named('east', { caBundle: '-----BEGIN CERTIFICATE-----' }), named('east'))).toEqual([]);
    expect(refusals(whole, named('east'), named('east', { caBundle: '-----BEGIN CERTIFICATE-----' })).join()).toContain(
      'cannot be removed',
    );
    expect(refusals(whole, { metadata: { name: 'east' } }, named('east', { caBundle: '-----BEGIN CERTIFICATE-----' })).join()).toContain(
      'cannot be removed',
    );
  });
});

describe('the ports of a ServiceExport', () => {
  const rules = rulesOf(serviceExportSpec.shape.ports);

  test.each([undefined, 'TCP', 'UDP', 'SCTP', 'tcp'])('protocol %s is accepted', (protocol) => {
    expect(refusals(rules, [protocol === undefined ? { containerPort: 80n } : { containerPort: 80n, protocol }])).toEqual([]);
  });

  test.each(['ICMP', '', 'TCP '])('protocol %j is refused', (protocol) => {
    expect(refusals(rules, [{ containerPort: 80n, protocol }]).join()).toContain('TCP, UDP or SCTP');
  });

  test('a name is used once, and so are a service port and protocol', () => {
    const dns = [
      { name: 'udp', containerPort: 53n, protocol: 'UDP' },
      { name: 'tcp', containerPort: 53n },
      { containerPort: 53n, servicePort: 54n },
      { containerPort: 55n },
    ];
    expect(refusals(rules, dns)).toEqual([]);
  });

  test('a name that is used twice is refused, and named', () => {
    const twice = [{ containerPort: 79n }, { name: 'http', containerPort: 80n }, { name: 'http', containerPort: 81n }];
    expect(refusals(rules, twice)).toEqual(['ports[].name "http" is used more than once; give each port its own name']);
  });

  test.each<[string, object, object]>([
    ['90/TCP', { containerPort: 80n, servicePort: 90n }, { containerPort: 81n, servicePort: 90n, protocol: 'tcp' }],
    ['90/TCP', { containerPort: 80n, servicePort: 90n }, { containerPort: 90n, protocol: 'TCP' }],
    ['53/UDP', { containerPort: 53n, protocol: 'udp' }, { containerPort: 53n, protocol: 'UDP' }],
  ])('%s that is there twice is refused, and named', (port, first, second) => {
    expect(refusals(rules, [{ containerPort: 1n }, first, second])).toEqual([
      `ports[] has ${port} more than once, and only one could be called; give each port its own servicePort`,
    ]);
  });
});

describe('a requirement of a selector', () => {
  const rules = rulesOf(labelRequirement);

  test.each([
    { operator: 'In', values: ['a'] },
    { operator: 'NotIn', values: ['a', 'b'] },
    { operator: 'Exists' },
    { operator: 'DoesNotExist', values: [] },
  ])('$operator with values $values is accepted', (requirement) => {
    expect(refusals(rules, { key: 'app', ...requirement })).toEqual([]);
  });

  test.each([
    [{ operator: 'In' }, 'operator In of label "app" needs values; name at least one'],
    [{ operator: 'NotIn', values: [] }, 'operator NotIn of label "app" needs values; name at least one'],
    [{ operator: 'Exists', values: ['a'] }, 'operator Exists of label "app" takes no values; remove them'],
  ])('%j is refused', (requirement, sentence) => {
    expect(refusals(rules, { key: 'app', ...requirement })).toEqual([sentence]);
  });
});

test('an alias of a ServiceExport is a DNS name', () => {
  const accepts = (alias: string): boolean => serviceExportSpec.shape.aliases.safeParse([alias]).success;
  expect(['a', 'a.b', 'backend.example.com', '1-a.b-2'].filter((alias) => !accepts(alias))).toEqual([]);
  expect(['', 'a..b', '.a', 'a.', 'a.-b', 'a-.b', 'A', 'a_b', '*.a'].filter(accepts)).toEqual([]);
});

test('a rule has exactly one way to say what is wrong', () => {
  for (const { rules = [] } of catalogue) {
    for (const rule of rules) expect([rule.message, rule.messageExpression].filter((text) => text !== undefined)).toHaveLength(1);
  }
});
