import { expect, it } from 'vitest';
import { isApplied } from './applied.ts';
import { applyContract, applyKinds } from './apply.contract.ts';
import { startFakeApi } from './fake/fake-api.ts';

applyContract('the fake', () => startFakeApi({ kinds: applyKinds }));

it('applies when in doubt: the owned fields are unknown', () => {
  const desired = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } };
  expect(isApplied(desired, desired, 'us')).toBe(false);
  const managedFields = [{ manager: 'us', operation: 'Apply' as const, fieldsV1: { 'f:data': { 'f:x': {} } } }];
  const seen = { ...desired, metadata: { ...desired.metadata, managedFields } };
  expect(isApplied(desired, seen, 'us')).toBe(true);
  expect(isApplied(desired, seen, 'them')).toBe(false);
  const ofStatus = managedFields.map((entry) => ({ ...entry, subresource: 'status' }));
  expect(isApplied(desired, { ...seen, metadata: { ...seen.metadata, managedFields: ofStatus } }, 'us')).toBe(false);
});

it('knows list entries by key and by value', () => {
  const owner = (fieldsV1: object) => [{ manager: 'us', operation: 'Apply' as const, fieldsV1: { 'f:spec': { 'f:list': fieldsV1 } } }];
  const object = (list: readonly unknown[], fieldsV1: object = {}) => ({
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'a', managedFields: owner(fieldsV1) },
    spec: { list },
  });
  const byKey = { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:name': {} } };
  const stored = object([{ port: 80, protocol: 'TCP', name: 'web' }], byKey);
  expect(isApplied(object([{ port: 80, name: 'web' }]), stored, 'us')).toBe(true);
  expect(isApplied(object([{ port: 80 }]), stored, 'us')).toBe(false);
  expect(isApplied(object([{ port: 81, name: 'web' }]), stored, 'us')).toBe(false);
  const byValue = object(['x', 'y'], { 'v:"x"': {}, 'v:"y"': {} });
  expect(isApplied(object(['x', 'y']), byValue, 'us')).toBe(true);
  expect(isApplied(object(['x', 'z']), byValue, 'us')).toBe(false);
});
