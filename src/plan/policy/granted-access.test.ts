import { expect, it } from 'vitest';
import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { maxSlicePolicies } from '../../api/membership/schema.ts';
import { slice } from '../fixtures/hub.ts';
import { planGrantedAccess, slicePolicyVerdicts } from './granted-access.ts';

const policy = (name: string, spec: Partial<AccessPolicy['spec']> = {}): AccessPolicy => ({
  apiVersion: '',
  kind: '',
  metadata: { name, namespace: 'default' },
  spec: { slice: 'app', ...spec },
});

it('grants nothing where there is nothing', () => {
  expect(planGrantedAccess(slice('app'), [])).toBeUndefined();
  expect(planGrantedAccess(slice('app'), [policy('a', { dryRun: true })])).toBeUndefined();
});

it('grants the policies in the order of their names, without dry runs, and the default', () => {
  const from = [{ clusters: ['west'] }];
  expect(planGrantedAccess(slice('app'), [policy('b'), policy('a', { from }), policy('c', { dryRun: true })])).toEqual({
    default: 'Allow',
    policies: [{ name: 'a', from }, { name: 'b' }],
  });
  const closed = slice('app');
  expect(planGrantedAccess({ ...closed, spec: { ...closed.spec, access: { default: 'Deny' } } }, [])).toEqual({
    default: 'Deny',
    policies: [],
  });
});

it('leaves the older ones in force when there are more policies than a member gets, and says so to the owner of the other', () => {
  const many = Array.from({ length: maxSlicePolicies + 1 }, (_, at): AccessPolicy => {
    const made = policy(`p${at}`);
    return { ...made, metadata: { ...made.metadata, creationTimestamp: at === 0 ? '2026-11-30T12:00:01Z' : '2026-11-30T12:00:00Z' } };
  });
  const granted = planGrantedAccess(slice('app'), many);
  expect([granted?.default, granted?.policies?.length]).toEqual(['Allow', maxSlicePolicies]);
  expect(granted?.policies?.some(({ name }) => name === 'p0')).toBe(false);
  const inForce = new Set(granted?.policies?.map(({ name }) => name));
  expect(many.slice(0, 2).map((each) => slicePolicyVerdicts(each, slice('app'), inForce, 2)[0]?.reason)).toEqual([
    'TooManyPolicies',
    'Accepted',
  ]);
});

it('reports whether the slice exists', () => {
  expect(slicePolicyVerdicts(policy('a'), undefined, new Set(), 0)).toMatchObject([
    { type: 'Accepted', status: 'False', reason: 'SliceNotFound' },
    // One that was enforced before its slice was deleted no longer is.
    { type: 'Enforced', status: 'False', reason: 'SliceNotFound' },
  ]);
  expect(slicePolicyVerdicts(policy('a', { dryRun: true }), slice('app'), new Set(), 2)).toMatchObject([
    { type: 'Accepted', status: 'True' },
    { type: 'Enforced', status: 'False', reason: 'DryRun' },
  ]);
});

it('is not accepted while a member does not know a field of it, and names that member', () => {
  const verdicts = slicePolicyVerdicts(policy('p'), slice('app'), new Set(['p']), 3, [{ cluster: 'west', field: 'spec.to.services' }]);
  expect(verdicts[0]).toMatchObject({ type: 'Accepted', status: 'False', reason: 'FieldUnknown' });
  expect(verdicts[0]?.message).toMatch(/^1 of 3 members .* west does not know spec\.to\.services/);
  expect(slicePolicyVerdicts(policy('p'), slice('app'), new Set(['p']), 3)[0]?.status).toBe('True');
});
