import { ageColumn, type KindDefinition } from '../kind-definition.ts';
import { noticeKind } from '../kinds.ts';
import { noticeSpec } from './schema.ts';

/** Kind `Notice`. */
export const noticeDefinition: KindDefinition = {
  resource: noticeKind,
  description:
    'A Notice is one signed statement of one cluster to the other clusters of a slice. Workers write it on the hub, and store accepted ones in their own cluster; do not edit it.',
  shortNames: [],
  where: ['hub', 'member'],
  spec: noticeSpec,
  columns: [
    { name: 'Cluster', type: 'string', jsonPath: '.spec.cluster', description: 'Author of the statement.' },
    { name: 'Kind', type: 'string', jsonPath: '.spec.kind', description: 'What the statement is about.' },
    { name: 'Subject', type: 'string', jsonPath: '.spec.subject', description: 'Node, export or cluster.' },
    ageColumn,
  ],
};
