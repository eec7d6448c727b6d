import { ageColumn, type KindDefinition } from '../kind-definition.ts';
import { sliceNodeKind } from '../kinds.ts';
import { sliceNodeSpec, sliceNodeStatus } from './schema.ts';

/** Kind `SliceNode`. */
export const sliceNodeDefinition: KindDefinition = {
  resource: sliceNodeKind,
  description:
    'A SliceNode is one node of this cluster in one slice: its addresses, its tunnel, its pods and its links. Worker and agent write it; do not edit it.',
  shortNames: ['slnode'],
  where: ['member'],
  spec: sliceNodeSpec,
  status: sliceNodeStatus,
  columns: [
    { name: 'Slice', type: 'string', jsonPath: '.spec.slice', description: 'Name of the slice.' },
    { name: 'Node', type: 'string', jsonPath: '.spec.node', description: 'Name of the node.' },
    { name: 'Blocks', type: 'string', jsonPath: '.spec.blocks', description: 'Address blocks of the node.' },
    { name: 'Driver', type: 'string', jsonPath: '.status.driver', description: 'Tunnel driver in use.' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Whether the node is connected.',
    },
    { name: 'Message', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message', description: 'Evidence.', priority: 1 },
    ageColumn,
  ],
};
