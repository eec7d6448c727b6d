import { describe, expect, it } from 'vitest';
import type { ClusterProperty } from '../../api/about/type.ts';
import type { Condition } from '../../api/condition.ts';
import { type PropertiesSnapshot, planClusterProperties } from './cluster-properties.ts';

const property = (name: string, value: string, labels: Record<string, string> = {}): ClusterProperty => ({
  apiVersion: 'about.k8s.io/v1beta1',
  kind: 'ClusterProperty',
  metadata: { name, labels },
  spec: { value },
});
const [cluster, clusterset] = ['cluster.clusterset.k8s.io', 'clusterset.k8s.io'];
const own = (name: string, value: string): ClusterProperty => property(name, value, { 'app.kubernetes.io/managed-by': 'kubeslice' });
const both = [own(cluster, 'east'), own(clusterset, 'default')];
const member = { cluster: 'east', project: 'default' };
const plan = (seen: readonly ClusterProperty[], more: Partial<PropertiesSnapshot> = {}) =>
  planClusterProperties({ seen, member, version: 'v1beta1', before: undefined, ...more });
const verdict = (seen: readonly ClusterProperty[], before?: Condition) =>
  plan(seen, { before: before === undefined ? undefined : [before] }).verdicts.map(({ status, reason }) => `${status} ${reason}`);

describe('the properties that identify a cluster', () => {
  it.each<[string, ClusterProperty[], ClusterProperty[], string[]]>([
    ['are made', [], both, []],
    ['stay', both, both, []],
    ['get their value back', [own(cluster, 'x'), own(clusterset, 'y')], both, []],
    ['stay if somebody else wrote them', [property(cluster, 'east'), property(clusterset, 'default')], [], []],
    ['stay if somebody else wrote other values', [property(cluster, 'x'), property(clusterset, 'y')], [], []],
    ['are made beside one that somebody else wrote', [property(cluster, 'x')], [own(clusterset, 'default')], []],
    ['are made beside other ones', [property('example.org', 'x')], both, []],
    ['are the only ones of KubeSlice', [...both, own('id.k8s.io', 'east')], both, ['id.k8s.io']],
  ])('%s', (_, seen, apply, remove) => {
    for (const order of [seen, seen.toReversed()]) expect([plan(order).apply, plan(order).remove]).toEqual([apply, remove]);
  });

  it.each<[string, ClusterProperty[], string[]]>([
    ['their own', both, [cluster, clusterset]],
    ['those of others', [property(cluster, 'x'), property(clusterset, 'default')], []],
    ['none', [], []],
  ])('go with the membership, and leave %s', (_, seen, remove) => {
    const { apply, remove: removed, verdicts } = plan(seen, { member: undefined });
    expect([apply, removed, verdicts]).toEqual([[], remove, []]);
  });

  it('are written in the version that is served', () => {
    expect(plan([], { version: 'v1alpha1' }).apply.map(({ apiVersion }) => apiVersion)).toEqual([
      'about.k8s.io/v1alpha1',
      'about.k8s.io/v1alpha1',
    ]);
  });

  it('are reported while somebody else gives them other values, and no longer afterwards', () => {
    const foreign = [property(cluster, 'x'.repeat(40_000)), property(clusterset, 'default')];
    const [one] = plan(foreign).verdicts;
    expect(one).toMatchObject({ type: 'ClusterIdentified', status: 'False', reason: 'PropertyOfOthers' });
    expect(one?.message).toContain(`${cluster} is "${'x'.repeat(63)}…" and not "east"`);
    expect(one?.message).toContain(`kubectl delete clusterproperty ${cluster}"`);
    expect(one?.message.length).toBeLessThan(600);
    const escape = plan([property(clusterset, '\u001b[2J')]).verdicts[0]?.message ?? '';
    expect(escape).not.toMatch(/\p{Cc}/u);
    expect(escape).toContain('\\u001b[2J');
    expect(verdict(both)).toEqual([]);
    const before: Condition = {
      type: 'ClusterIdentified',
      status: 'False',
      reason: 'PropertyOfOthers',
      message: '',
      lastTransitionTime: '',
    };
    expect(verdict(both, before)).toEqual(['True Accepted']);
    expect(verdict(foreign, before)).toEqual(['False PropertyOfOthers']);
  });
});
