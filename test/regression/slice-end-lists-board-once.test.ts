import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clusterKind, membershipKind, noticeKind, sliceKind } from '../../src/api/kinds.ts';
import { exchangeNamespace } from '../../src/api/places.ts';
import { createAuthority } from '../../src/identity/create-authority.ts';
import { namespaceKind } from '../../src/kubernetes/kinds.ts';
import { slice, wait } from '../clusters/example.ts';
import { type Fleet, startFleet } from '../clusters/fleet.ts';

const members = 12;
let fleet: Fleet;

beforeEach(async () => {
  fleet = await startFleet();
  const { certificate } = await createAuthority({ cluster: 'a', project: 'default' }, Date.now(), (bytes) => randomBytes(bytes));
  for (let index = 0; index < members; index += 1) {
    fleet.hub.put(clusterKind, {
      apiVersion: 'controller.kubeslice.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name: `c${index}`, namespace: 'default' },
      spec: { caBundle: certificate },
    });
  }
  fleet.hub.put(sliceKind, slice);
  await vi.waitFor(() => expect(memberships()).toHaveLength(members), wait);
});
afterEach(() => fleet.stop());

const memberships = () => fleet.hub.objects(membershipKind);
const boardLists = (board: string): number =>
  fleet.hub.requests.filter((request) => request.startsWith('GET') && request.includes(`/namespaces/${board}/notices?`)).length;

it('the board of a slice that is deleted is not listed once for each of its members', async () => {
  const uid = fleet.hub.read(sliceKind, { namespace: 'default', name: 'app' })?.metadata.uid ?? '';
  const board = exchangeNamespace(uid);
  for (let index = 0; index < members; index += 1) {
    const spec = { cluster: `c${index}`, kind: 'Node' as const, subject: 'n', statement: '{}', signature: '' };
    const metadata = { name: `c${index}.1`, namespace: board, finalizers: ['example.org/mine'] };
    fleet.hub.put(noticeKind, { apiVersion: 'exchange.kubeslice.io/v1alpha1', kind: 'Notice', metadata, spec });
  }
  fleet.hub.remove(sliceKind, { namespace: 'default', name: 'app' });
  await vi.waitFor(() => {
    expect(fleet.hub.read(namespaceKind, { name: board })).toBeUndefined();
    expect(memberships().filter(({ spec }) => spec.ended === undefined)).toEqual([]);
    // The look after the end takes what is left there, of all members at once.
    expect(fleet.hub.objects(noticeKind)).toEqual([]);
  }, wait);
  expect(boardLists(board)).toBeLessThan(members);
});
