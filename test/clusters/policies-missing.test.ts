import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { readConnection } from '../../src/api/connection.ts';
import { accessPolicyKind, membershipKind, sliceKind } from '../../src/api/kinds.ts';
import { connectionConfigMap, memberNamespace } from '../../src/api/places.ts';
import { configMapKind } from '../../src/kubernetes/kinds.ts';
import { beginLacking, eastOffers, endExample, endpoints, fleet, slice, wait, west } from './example.ts';

/*
 * Programs of this version among definitions of an earlier one, which have no AccessPolicy: upgrades happen in any order.
 */

beforeEach(() => beginLacking([accessPolicyKind]));
afterEach(endExample);

const onHub = () => conditionOf(fleet.hub.read(sliceKind, slice.metadata)?.status?.conditions, 'PoliciesServed')?.status;
const inWest = () =>
  conditionOf(
    readConnection(west.api.read(configMapKind, { namespace: memberNamespace, name: connectionConfigMap })?.data),
    'PoliciesServed',
  )?.status;
const accessInWest = () => west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.spec.access;
const policy = (namespace: string, name: string) => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'AccessPolicy',
  metadata: { namespace, name, generation: 1 },
  spec: { slice: 'app', from: [{ clusters: ['west'] }] },
});
const accepted = (api: typeof fleet.hub, namespace: string, name: string) =>
  conditionOf(api.read(accessPolicyKind, { namespace, name })?.status?.conditions, 'Accepted')?.status;
const setDefault = (value: 'Allow' | 'Deny'): void => {
  const before = fleet.hub.read(sliceKind, slice.metadata);
  if (before === undefined) throw new Error('no slice');
  fleet.hub.put(sliceKind, { ...before, spec: { ...before.spec, access: { default: value } } });
};

it('they carry services as if there were no policies, say so, and take policies as soon as there can be some', async () => {
  west.api.put(configMapKind, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: connectionConfigMap, namespace: memberNamespace },
  });
  await eastOffers();
  expect(endpoints(west)).toHaveLength(1);
  await vi.waitFor(() => expect([onHub(), inWest()]).toEqual(['False', 'False']), wait);
  expect(accessInWest()).toBeUndefined();

  // The default needs no policy.
  setDefault('Deny');
  await vi.waitFor(() => expect(accessInWest()).toMatchObject({ default: 'Deny' }), wait);

  fleet.hub.define(accessPolicyKind);
  west.api.define(accessPolicyKind);
  fleet.hub.put(accessPolicyKind, policy('default', 'of-the-slice'));
  west.api.put(accessPolicyKind, policy('app-ns', 'of-its-owner'));
  await vi.waitFor(() => expect([onHub(), inWest()]).toEqual(['True', 'True']), wait);
  await vi.waitFor(() => expect(accessInWest()?.policies).toMatchObject([{ name: 'of-the-slice' }]), wait);
  await vi.waitFor(
    () => expect([accepted(fleet.hub, 'default', 'of-the-slice'), accepted(west.api, 'app-ns', 'of-its-owner')]).toEqual(['True', 'True']),
    wait,
  );

  // Removed again: its policies are gone, and the default stays, even where the hub drops it.
  fleet.hub.undefine(accessPolicyKind);
  west.api.undefine(accessPolicyKind);
  await vi.waitFor(() => expect([onHub(), inWest()]).toEqual(['False', 'False']), wait);
  await vi.waitFor(() => expect(accessInWest()).toMatchObject({ default: 'Deny', policies: [] }), wait);
  setDefault('Allow');
  await vi.waitFor(
    () => expect(fleet.hub.objects(membershipKind).map(({ spec }) => spec.access?.default)).toEqual(['Allow', 'Allow']),
    wait,
  );
  await vi.waitFor(
    () =>
      expect(
        conditionOf(west.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions, 'DefaultAccessAccepted')
          ?.reason,
      ).toBe('StricterDefaultKept'),
    wait,
  );
  expect(accessInWest()?.default).toBe('Deny');
  expect(endpoints(west)).toHaveLength(1);
});
