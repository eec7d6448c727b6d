import { defaultProject, hubNamespace, memberNamespace, projectNamespace } from '../../api/places.ts';
import { shellQuote } from '../../values/text/shell-quote.ts';

/** Contexts of the user's kubeconfig. */
export interface Contexts {
  /** The context that was read. */
  readonly here: string;
  /** The hub's; undefined if unknown. */
  readonly hub: string | undefined;
  /** Name of the member cluster of {@link here}, if it is one. */
  readonly cluster?: string;
  /** All existing contexts. */
  readonly known: readonly string[];
}

/** Commands that show or repair a problem, each as text to paste. */
export type Help = ReturnType<typeof helpFor>;

/**
 * The commands with the user's contexts. A member cluster uses a context of its own name if there is one, as in the playground; `CONTEXT` and `HUB`
 * stand for unknown contexts.
 */
export const helpFor = ({ contexts, project }: { readonly contexts: Contexts; readonly project: string }) => {
  const hub = contexts.hub === undefined ? 'HUB' : shellQuote(contexts.hub);
  const here = shellQuote(contexts.here);
  const member = (cluster: string | undefined): string => {
    if (cluster !== undefined && cluster === contexts.cluster) return here;
    return cluster !== undefined && contexts.known.includes(cluster) ? shellQuote(cluster) : 'CONTEXT';
  };
  const inProject = project === defaultProject ? '' : ` --project ${project}`;
  const onHub = (namespace: string, rest: string): string => `kubectl --context ${hub} -n ${namespace} ${rest}`;
  const onMember = (cluster: string | undefined, rest: string, namespace = memberNamespace): string =>
    `kubectl --context ${member(cluster)} -n ${namespace} ${rest}`;
  return {
    join: (cluster: string | undefined) =>
      `kubeslice join ${cluster ?? 'NAME'} --hub-context ${hub} --context ${member(cluster)}${inProject}`,
    links: (slice: string) => `kubeslice links --slice ${slice} --context ${here}${inProject}`,
    controllerPods: () => onHub(hubNamespace, 'describe pods'),
    describeSlice: (slice: string, namespace: string) => onHub(namespace, `describe slice ${slice}`),
    describeLocalSlice: (slice: string, cluster: string) => onMember(cluster, `describe slice ${slice}`),
    editSliceOfProject: (slice: string) => onHub(projectNamespace(project), `edit slice ${slice}`),
    editSlice: (slice: string, namespace: string) => onHub(namespace, `edit slice ${slice}`),
    describeCluster: (cluster: string, namespace: string) => onHub(namespace, `describe cluster ${cluster}`),
    workerLogs: (cluster: string | undefined) => onMember(cluster, 'logs deploy/kubeslice-worker --tail 20'),
    agentPods: (cluster: string | undefined) => onMember(cluster, 'get pods -o wide -l app.kubernetes.io/component=agent'),
    memberPods: (cluster: string, component: string) => onMember(cluster, `describe pods -l app.kubernetes.io/component=${component}`),
    /** The command that examines a whole cluster. */
    doctor: (cluster: string | undefined) => `kubeslice doctor --context ${member(cluster)}`,
    deleteWorkload: (cluster: string, namespace: string, kind: string, name: string) =>
      onMember(cluster, `delete ${kind} ${name}`, namespace),
    describeNode: (cluster: string, node: string) => `kubectl --context ${member(cluster)} describe node ${node}`,
    createNamespace: (namespace: string) => `kubectl --context CONTEXT create namespace ${namespace}`,
    exports: (cluster: string) => `kubectl --context ${member(cluster)} get serviceexports.networking.kubeslice.io -A`,
    describeExport: (cluster: string, namespace: string, name: string) =>
      onMember(cluster, `describe serviceexport.networking.kubeslice.io ${name}`, namespace),
    editExport: (cluster: string, namespace: string, name: string) =>
      onMember(cluster, `edit serviceexport.networking.kubeslice.io ${name}`, namespace),
    describeImport: (cluster: string, namespace: string, name: string) =>
      onMember(cluster, `describe serviceimport.networking.kubeslice.io ${name}`, namespace),
    servicePods: (cluster: string, namespace: string) => onMember(cluster, 'get pods -o wide --show-labels', namespace),
    editService: (cluster: string, namespace: string, name: string) => onMember(cluster, `edit service ${name}`, namespace),
    clusterProperties: (cluster: string) => `kubectl --context ${member(cluster)} get clusterproperties`,
    services: (cluster: string, namespace: string) => onMember(cluster, 'get services -o wide', namespace),
  };
};
