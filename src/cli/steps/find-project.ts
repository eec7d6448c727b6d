import { projectKind } from '../../api/kinds.ts';
import { hubNamespace, memberNamespace, projectNamespace, trustConfigMap } from '../../api/places.ts';
import { configMapKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import { didYouMean } from '../../values/text/nearest.ts';
import type { OpenCluster } from './open-cluster.ts';

/** The namespace of a project on the hub. @throws Failure NotFound when KubeSlice or the project does not exist. */
export const findProject = async (hub: OpenCluster, project: string, signal: AbortSignal): Promise<string> => {
  const installed = await hub.client.list(projectKind, { namespace: hubNamespace, signal }).catch(async (error: unknown) => {
    if (!Failure.is(error, 'NotFound')) throw error;
    const member = await hub.client.find(configMapKind, { namespace: memberNamespace, name: trustConfigMap }, { signal });
    if (member !== undefined) {
      throw new Failure(
        'NotFound',
        `Context "${hub.context}" has no KubeSlice controller: it is a member cluster; name the hub with --context.`,
      );
    }
    throw new Failure(
      'NotFound',
      `Context "${hub.context}" has no KubeSlice controller; run "kubeslice install --context ${hub.context}", or name another hub.`,
    );
  });
  const names = installed.items.map(({ metadata }) => metadata.name);
  if (names.includes(project)) return projectNamespace(project);
  throw new Failure(
    'NotFound',
    `The hub has no project "${project}"; there are: ${names.toSorted().join(', ') || 'none'}.${didYouMean(project, names)}`,
  );
};
