import { expect, it } from 'vitest';
import { sliceNode } from '../fixtures/worker.ts';
import { reportedAccess } from './reported-access.ts';

const nodes = [sliceNode('n1', { accessDigest: 'all' }), sliceNode('n2', { accessDigest: 'old' }), sliceNode('n3')];

it('counts the nodes that have not confirmed the policies, and names one', () => {
  expect(reportedAccess({ granted: 'g', all: 'all', unknown: [] }, nodes)).toEqual({ granted: 'g', behind: 2, node: 'n2' });
  expect(reportedAccess({ granted: 'g', all: 'all', unknown: [] }, nodes.slice(0, 1))).toEqual({ granted: 'g', behind: 0 });
});

it('counts every node where a policy is invalid, also those that confirm none', () => {
  expect(reportedAccess({ granted: 'g', all: undefined, unknown: [] }, nodes).behind).toBe(3);
});

it('names policies with unknown fields, as many as a report holds', () => {
  const unknown = Array.from({ length: 20 }, (_, at) => ({ policy: `p${at}`, field: 'spec.to.later' }));
  const reported = reportedAccess({ granted: 'g', all: 'all', unknown }, nodes.slice(0, 1));
  expect(reported.unknown).toHaveLength(10);
  expect(reported.unknown?.[0]).toEqual({ policy: 'p0', field: 'spec.to.later' });
});
