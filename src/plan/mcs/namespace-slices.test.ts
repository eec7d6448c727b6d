import { expect, it } from 'vitest';
import type { Slice } from '../../api/slice/type.ts';
import { slice } from '../fixtures/hub.ts';
import { movedNamespaces, namespaceSlices } from './namespace-slices.ts';

const of = (name: string, ...applicationNamespaces: string[]): Slice => ({
  ...slice(name),
  spec: { ...slice(name).spec, namespaceIsolationProfile: { applicationNamespaces } },
});

it('a namespace has the slice of which it is a member, whatever the order', () => {
  const slices = [of('b', 'shop', 'both'), of('a', 'db', 'both')];
  const found = Object.fromEntries(namespaceSlices(slices));
  expect(found).toEqual({ shop: 'b', db: 'a', both: 'a' });
  expect(Object.fromEntries(namespaceSlices(slices.toReversed()))).toEqual(found);
});

it('a slice that is being deleted has none', () => {
  const going = of('a', 'shop');
  expect([...namespaceSlices([{ ...going, metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }])]).toEqual([]);
});

it('names what came, went and moved', () => {
  const before = namespaceSlices([of('a', 'stays', 'goes', 'moves')]);
  const after = namespaceSlices([of('a', 'stays', 'comes'), of('b', 'moves')]);
  expect(movedNamespaces(before, after).toSorted()).toEqual(['comes', 'goes', 'moves']);
});
