import type { Cluster } from '../../api/cluster/type.ts';
import { conditionOf } from '../../api/condition.ts';
import { projectOfNamespace } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import { isTrue, type Measured } from './measured.ts';

/** The metrics of the hub's controller about its objects. */
export interface HubMeasures {
  readonly sliceReady: readonly Measured<'project' | 'slice'>[];
  readonly sliceClusters: readonly Measured<'project' | 'slice' | 'state'>[];
  readonly clusterConnected: readonly Measured<'project' | 'cluster'>[];
}

/** The state of slices and clusters in numbers. Objects outside of a project's namespace do not count. */
export const measureHub = (slices: readonly Slice[], clusters: readonly Cluster[]): HubMeasures => {
  const ofProjects = slices.flatMap((slice) => {
    const project = projectOfNamespace(slice.metadata.namespace ?? '');
    return project === undefined ? [] : [{ labels: { project, slice: slice.metadata.name }, slice }];
  });
  return {
    sliceReady: ofProjects.map(({ labels, slice }) => ({ labels, value: isTrue(conditionOf(slice.status?.conditions, 'Ready')) })),
    sliceClusters: ofProjects.flatMap(({ labels, slice }) => {
      const members = slice.status?.clusters ?? [];
      const ready = members.filter((member) => member.ready === true).length;
      return [
        { labels: { ...labels, state: 'ready' }, value: ready },
        { labels: { ...labels, state: 'notready' }, value: members.length - ready },
      ];
    }),
    clusterConnected: clusters.flatMap(({ metadata, status }) => {
      const project = projectOfNamespace(metadata.namespace ?? '');
      if (project === undefined) return [];
      return [{ labels: { project, cluster: metadata.name }, value: isTrue(conditionOf(status?.conditions, 'Ready')) }];
    }),
  };
};
