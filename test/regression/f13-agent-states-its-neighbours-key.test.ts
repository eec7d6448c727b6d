import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { sliceKind, sliceNodeKind } from '../../src/api/kinds.ts';
import { memberNamespace } from '../../src/api/places.ts';
import { beginExample, east, endExample, everybodySpeaks, nodesOf, notices, wait } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

it('F13: the authority signs neither the key of a neighbour nor endpoints of another machine', async () => {
  await everybodySpeaks();
  await vi.waitFor(() => expect(notices('Node').length).toBe(4), wait);
  const [first, second] = nodesOf(east);
  if (first?.status === undefined || second?.status === undefined) throw new Error('no nodes');
  const stated = () => notices('Node').find(({ spec }) => spec.cluster === 'east' && spec.subject === second.spec.node)?.spec.statement;
  const before = stated();
  const status = { ...second.status, publicKey: first.status.publicKey ?? '', endpoints: [{ address: '203.0.113.66', port: 51820 }] };
  east.api.put(sliceNodeKind, { ...second, status });
  await vi.waitFor(() => {
    const conditions = east.api.read(sliceKind, { namespace: memberNamespace, name: 'app' })?.status?.conditions;
    expect(conditionOf(conditions, 'StatementsVerified')?.message).toContain('claims the tunnel key of node');
  }, wait);
  expect(stated()).toBe(before);
  // With a key of its own it is stated, but for the endpoint of another machine.
  east.api.put(sliceNodeKind, { ...second, status: { ...status, publicKey: Buffer.alloc(32, 99).toString('base64') } });
  await vi.waitFor(() => expect(stated()).not.toBe(before), wait);
  expect(stated()).not.toContain('203.0.113.66');
});
