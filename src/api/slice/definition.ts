import { ageColumn, type KindDefinition, nameIsLabel } from '../kind-definition.ts';
import { sliceKind } from '../kinds.ts';
import { sliceSpec, sliceStatus } from './schema.ts';

/** Kind `Slice`. */
export const sliceDefinition: KindDefinition = {
  resource: sliceKind,
  description: 'A Slice is one private network that pods and services of several clusters share.',
  shortNames: ['sl'],
  where: ['hub', 'member'],
  spec: sliceSpec,
  status: sliceStatus,
  rules: [nameIsLabel],
  columns: [
    { name: 'Subnet', type: 'string', jsonPath: '.spec.sliceSubnet', description: 'Network of the slice.' },
    { name: 'Clusters', type: 'string', jsonPath: '.status.readyClusters', description: 'Ready clusters, out of all.' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Whether every node reaches every other node.',
    },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', description: 'Why.' },
    { name: 'Message', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message', description: 'Evidence.', priority: 1 },
    ageColumn,
  ],
};
