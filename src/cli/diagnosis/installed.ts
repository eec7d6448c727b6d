import { hubNamespace, memberNamespace } from '../../api/places.ts';
import { planCrds } from '../../install/crds.ts';
import { type Component, componentName } from '../../install/metadata.ts';
import type { CustomResourceDefinition, DaemonSet, Deployment } from '../../kubernetes/kinds.ts';
import type { ClusterView, Workload } from '../../plan/diagnosis/cluster-view.ts';
import { strangersAmong } from '../../plan/diagnosis/strangers.ts';

/** The workloads of a cluster, and the sides of KubeSlice that are installed in it. */
export interface Installed extends Pick<ClusterView, 'isHub' | 'isMember'> {
  readonly deployments: readonly Deployment[];
  readonly daemonSets: readonly DaemonSet[];
}

/** Whether the agents or a Deployment of a member exist, in any version. */
export const hasMemberPrograms = ({ deployments, daemonSets }: Pick<Installed, 'deployments' | 'daemonSets'>): boolean =>
  [...deployments, ...daemonSets].some(({ metadata }) => metadata.namespace === memberNamespace && metadata.name.startsWith('kubeslice-'));

/** The programs that should run in the cluster, with their actual objects. */
export const workloadsOf = ({ deployments, daemonSets, isHub, isMember }: Installed): Workload[] => {
  const workload = (kind: Workload['kind'], namespace: string, component: Component): Workload => {
    const name = componentName(component);
    const candidates = kind === 'Deployment' ? deployments : daemonSets;
    const object = candidates.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    return { kind, namespace, name, object };
  };
  return [
    ...(isHub ? [workload('Deployment', hubNamespace, 'controller')] : []),
    ...(isMember
      ? [
          workload('Deployment', memberNamespace, 'worker'),
          workload('Deployment', memberNamespace, 'dns'),
          workload('DaemonSet', memberNamespace, 'agent'),
        ]
      : []),
  ];
};

/** Programs of KubeSlice in the cluster that are not among `workloads`. */
export const strangersBeside = (workloads: readonly Workload[], { deployments, daemonSets }: Installed) =>
  strangersAmong(
    [...deployments.map((object) => ({ kind: 'Deployment', object })), ...daemonSets.map((object) => ({ kind: 'DaemonSet', object }))],
    new Set([
      ...workloads.map(({ namespace, name }) => `${namespace}/${name}`),
      // It exists while a removal cleans the nodes.
      `${memberNamespace}/${componentName('agent-cleanup')}`,
    ]),
  );

/** Full names of the kinds that the API server should serve and does not. */
export const missingDefinitions = (definitions: readonly CustomResourceDefinition[], { isHub, isMember }: Installed): string[] => {
  const established = definitions.filter(({ status }) =>
    status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True'),
  );
  const known = new Set(established.map(({ metadata }) => metadata.name));
  const wanted = [...(isHub ? planCrds('hub') : []), ...(isMember ? planCrds('member') : [])];
  return wanted.map(({ metadata }) => metadata.name).filter((name) => !known.has(name));
};
