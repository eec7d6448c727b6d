import { ageColumn, type KindDefinition } from '../kind-definition.ts';
import { slicePeerKind } from '../kinds.ts';
import { slicePeerSpec } from './schema.ts';

/** Kind `SlicePeer`. */
export const slicePeerDefinition: KindDefinition = {
  resource: slicePeerKind,
  description: 'A SlicePeer is one other node of a slice. The worker writes it from a verified statement; do not edit it.',
  shortNames: ['slpeer'],
  where: ['member'],
  spec: slicePeerSpec,
  columns: [
    { name: 'Slice', type: 'string', jsonPath: '.spec.slice', description: 'Name of the slice.' },
    { name: 'Cluster', type: 'string', jsonPath: '.spec.cluster', description: 'Cluster of the other node.' },
    { name: 'Node', type: 'string', jsonPath: '.spec.node', description: 'Name of the other node.' },
    { name: 'Endpoint', type: 'string', jsonPath: '.spec.endpoints[0].address', description: 'Endpoints of its tunnel.' },
    { name: 'Blocks', type: 'string', jsonPath: '.spec.blocks', description: 'Address blocks of the node.' },
    ageColumn,
  ],
};
