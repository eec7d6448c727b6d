import { ageColumn, type KindDefinition, nameIsLabel } from '../kind-definition.ts';
import { projectKind } from '../kinds.ts';
import { projectSpec, projectStatus } from './schema.ts';

/** Kind `Project`. */
export const projectDefinition: KindDefinition = {
  resource: projectKind,
  description: 'A Project is a group of clusters and slices on the hub, with a namespace of its own.',
  shortNames: [],
  where: ['hub'],
  spec: projectSpec,
  status: projectStatus,
  rules: [
    nameIsLabel,
    { rule: 'size(self.metadata.name) <= 30', message: 'metadata.name of a Project cannot contain more than 30 characters' },
  ],
  columns: [{ name: 'Namespace', type: 'string', jsonPath: '.status.namespace', description: 'Namespace of the project.' }, ageColumn],
};
