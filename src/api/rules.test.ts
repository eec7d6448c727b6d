import { describe, expect, test } from 'vitest';
import { refusals, rulesOf } from '../../test/cel.ts';
import { catalogue } from './catalogue.ts';
import { clusterDefinition } from './cluster/definition.ts';
import { clusterSpec } from './cluster/schema.ts';
import { nameIsLabel } from './kind-definition.ts';
import { serviceExportSpec } from './serviceexport/schema.ts';

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
    expect(refusals(field, 'first', 'first')).toEqual([]);
    expect(refusals(field, 'second', 'first').join()).toContain('this cluster name is taken by another cluster');
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
});

test('a rule has exactly one way to say what is wrong', () => {
  for (const { rules = [] } of catalogue) {
    for (const rule of rules) expect([rule.message, rule.messageExpression].filter((text) => text !== undefined)).toHaveLength(1);
  }
});
