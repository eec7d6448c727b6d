import { slice } from '../../e2e/workloads.ts';
import type { Break } from '../break.ts';

/** A slice over the pod network of the members. */
export const overlappingSubnets: Break = {
  name: 'overlapping subnets',
  make: (world) => world.apply('hub', slice('exam-overlap', '10.244.0.0/16', ['exam-ns'])),
  status: /exam-overlap.*(overlap)/is,
  cause: { command: ['doctor', '--context', 'hub'], says: /overlap.*10\.244/is },
  remedy: 'printed',
  undo: async (world) => void (await world.kubectl('hub', ['delete', 'slice', 'exam-overlap', '--ignore-not-found'])),
};
