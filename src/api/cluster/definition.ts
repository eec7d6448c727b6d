import { ageColumn, type KindDefinition, nameIsLabel } from '../kind-definition.ts';
import { clusterKind } from '../kinds.ts';
import { clusterSpec, clusterStatus } from './schema.ts';

/** Kind `Cluster`. */
export const clusterDefinition: KindDefinition = {
  resource: clusterKind,
  description: 'A Cluster is a registered member cluster of a project.',
  shortNames: [],
  where: ['hub'],
  spec: clusterSpec,
  status: clusterStatus,
  rules: [
    nameIsLabel,
    {
      rule: 'size(self.metadata.name) <= 40',
      message: 'metadata.name of a Cluster cannot contain more than 40 characters, because account names are derived from it',
    },
    {
      rule: '!has(oldSelf.spec) || !has(oldSelf.spec.caBundle) || (has(self.spec) && has(self.spec.caBundle))',
      message: 'spec.caBundle cannot be removed: delete this Cluster to free its name',
    },
  ],
  columns: [
    { name: 'Status', type: 'string', jsonPath: '.status.registrationStatus', description: 'State of the registration.' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Whether the worker is connected.',
    },
    { name: 'Nodes', type: 'integer', jsonPath: '.status.nodes', description: 'Nodes of the cluster.' },
    { name: 'Version', type: 'string', jsonPath: '.status.version', description: 'Version of KubeSlice in the cluster.' },
    { name: 'Fingerprint', type: 'string', jsonPath: '.status.caFingerprint', description: 'Fingerprint of the authority.', priority: 1 },
    ageColumn,
  ],
};
