import { ageColumn, type KindDefinition } from '../kind-definition.ts';
import { membershipKind } from '../kinds.ts';
import { membershipSpec, membershipStatus } from './schema.ts';

/** Kind `Membership`. */
export const membershipDefinition: KindDefinition = {
  resource: membershipKind,
  description: 'A Membership is the controller’s grant to one cluster in one slice. The controller writes it; do not edit it.',
  shortNames: [],
  where: ['hub'],
  spec: membershipSpec,
  status: membershipStatus,
  columns: [
    { name: 'Slice', type: 'string', jsonPath: '.spec.slice', description: 'Name of the slice.' },
    { name: 'Cluster', type: 'string', jsonPath: '.spec.cluster', description: 'The member cluster.' },
    { name: 'Blocks', type: 'string', jsonPath: '.spec.blocks', description: 'Address blocks of the cluster.' },
    { name: 'Ended', type: 'date', jsonPath: '.spec.ended', description: 'Time since the end of the membership, if it ended.' },
    ageColumn,
  ],
};
