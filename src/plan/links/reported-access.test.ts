import { expect, it } from 'vitest';
import { sliceNode } from '../fixtures/worker.ts';
import { reportedAccess } from './reported-access.ts';

const nodes = [sliceNode('n1', { accessDigest: 'all' }), sliceNode('n2', { accessDigest: 'old' }), sliceNode('n3')];

it('counts the nodes that have not confirmed the policies, and names one', () => {
  expect(reportedAccess({ granted: 'g', all: 'all' }, nodes)).toEqual({ granted: 'g', behind: 2, node: 'n2' });
  expect(reportedAccess({ granted: 'g', all: 'all' }, nodes.slice(0, 1))).toEqual({ granted: 'g', behind: 0 });
});

it('counts every node where a policy is invalid, also those that confirm none', () => {
  expect(reportedAccess({ granted: 'g', all: undefined }, nodes).behind).toBe(3);
});
