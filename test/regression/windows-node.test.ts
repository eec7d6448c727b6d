import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { sliceKind } from '../../src/api/kinds.ts';
import { nodeKind } from '../../src/kubernetes/kinds.ts';
import { beginExample, east, endExample, everybodySpeaks, fleet, nodesOf, wait } from '../clusters/example.ts';
import { putResident } from '../clusters/member.ts';

beforeEach(beginExample);
afterEach(endExample);

/*
 * A node with Windows has no agent, which the guide for AKS says; but it was given addresses, and its slices waited for its tunnel for ever.
 */
it('a node with Windows is in no slice, and no slice waits for it', { timeout: 60_000 }, async () => {
  await everybodySpeaks();
  for (const node of ['windows-1', 'linux-1']) putResident(east.api, node);
  east.api.put(nodeKind, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'windows-1', labels: { 'kubernetes.io/os': 'windows' } },
    status: { addresses: [{ type: 'InternalIP', address: '192.168.99.99' }] },
  });
  east.api.put(nodeKind, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'linux-1', labels: { 'kubernetes.io/os': 'linux' } },
    status: { addresses: [{ type: 'InternalIP', address: '192.168.99.98' }] },
  });
  await vi.waitFor(() => expect(nodesOf(east).map(({ spec }) => spec.node)).toContain('linux-1'), wait);
  expect(nodesOf(east).map(({ spec }) => spec.node)).not.toContain('windows-1');
  const message = () => conditionOf(fleet.hub.objects(sliceKind)[0]?.status?.conditions, 'Ready')?.message ?? '';
  await vi.waitFor(() => expect(message()).toContain('linux-1'), wait);
  expect(message()).not.toContain('windows-1');
});
