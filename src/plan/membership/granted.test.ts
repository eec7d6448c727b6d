import { describe, expect, it } from 'vitest';
import { membershipAnnotation } from '../../api/labels.ts';
import type { Membership } from '../../api/membership/type.ts';
import { grantedNow, isMembership, keptMembership } from './granted.ts';
import { planLocalSlice } from './slice-objects.ts';

const membership = (changes: Partial<Membership['spec']> = {}): Membership => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Membership',
  metadata: { name: 'app.west', namespace: 'default' },
  spec: {
    project: 'default',
    slice: 'app',
    sliceUID: 'u',
    cluster: 'west',
    exchangeNamespace: 'board',
    sliceSubnet: '10.0.0.0/16',
    namespaces: ['app-ns'],
    blocks: ['10.0.1.0/24'],
    driver: 'Auto',
    ...changes,
  },
});
const kept = membership();
const ended = membership({ ended: '2026-11-29T12:00:00Z' });
const leaving = { ...membership(), metadata: { name: 'app.west', deletionTimestamp: '2026-11-29T12:00:00Z' } };

describe('grantedNow', () => {
  it.each([
    ['a membership is granted', membership(), true, undefined, 'granted'],
    ['a membership that ended ends', ended, true, kept, 'ended'],
    ['a membership that is being deleted ends', leaving, true, kept, 'ended'],
    ['a membership that vanished is missing: nothing ends', undefined, true, kept, 'missing'],
    ['while the hub is away, what was kept is granted', undefined, false, kept, 'granted'],
    ['nothing is known', undefined, true, undefined, 'none'],
    ['nothing is known while the hub is away', undefined, false, undefined, 'none'],
  ])('%s', (_, shown, hubAnswers, known, state) => {
    expect(grantedNow(shown, hubAnswers, known).state).toBe(state);
  });
});

describe('keptMembership', () => {
  it('is the one that the slice was made from, with the namespaces that the hub granted', () => {
    const taken = membership({ namespaces: [] });
    expect(keptMembership(planLocalSlice(taken, kept))).toEqual(kept);
  });

  it.each([
    ['nothing', undefined],
    ['no JSON', '{'],
    ['another shape', '{"metadata":{"name":"x"},"spec":{}}'],
  ])('is undefined for %s', (_, text) => {
    const { metadata, ...slice } = planLocalSlice(kept, kept);
    const annotations = text === undefined ? {} : { [membershipAnnotation]: text };
    expect(keptMembership({ ...slice, metadata: { ...metadata, annotations } })).toBeUndefined();
  });
});

describe('isMembership', () => {
  it('is true of what the schema allows', () => expect(isMembership(membership())).toBe(true));

  it.each([
    ['without a spec', { ...membership(), spec: undefined as unknown as Membership['spec'] }],
    ['with a slice name that is no label', membership({ slice: 'a,b' })],
    ['with blocks that are no list', membership({ blocks: 'x' as unknown as string[] })],
  ])('is false of an object %s', (_, listed) => {
    expect(isMembership(listed)).toBe(false);
  });
});
