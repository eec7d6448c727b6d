import { projectKind } from '../../api/kinds.ts';
import { managedBy, managedByLabel, projectLabel } from '../../api/labels.ts';
import { projectNamespace } from '../../api/places.ts';
import { namespaceKind } from '../../kubernetes/kinds.ts';
import { watching } from '../../loop/watching.ts';
import { planProjectStatus } from '../../plan/slices/project-status.ts';
import type { Clock } from '../../values/clock.ts';
import type { World } from './world.ts';

/** Keeps the namespace and the status of each project. The namespace of a deleted project stays, because it contains people's objects. */
export const projectController = (world: World, clock: Clock) => ({
  name: 'project',
  watches: [watching(world.projects, (change) => [change.key])],
  reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
    const project = world.projects.get(key);
    if (project === undefined || project.metadata.deletionTimestamp !== undefined) return;
    const status = planProjectStatus(project, clock.now());
    if (status === project.status) return;
    const name = projectNamespace(project.metadata.name);
    const labels = { [managedByLabel]: managedBy, [projectLabel]: project.metadata.name };
    if (name !== 'default')
      await world.client.apply(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, { signal });
    await world.client.mergePatch(projectKind, project.metadata, { status }, { signal, subresource: 'status' });
  },
});
