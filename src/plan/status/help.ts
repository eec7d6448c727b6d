import { defaultProject, hubNamespace, memberNamespace } from '../../api/places.ts';
import { shellQuote } from '../../values/shell-quote.ts';
import type { FleetSnapshot } from './fleet-snapshot.ts';

/** Commands that show or mend what is wrong, each as text to be pasted. */
export type Help = ReturnType<typeof helpFor>;

/**
 * The commands, with the contexts of the person who asks. A member cluster is reached by a context of its own name when there is one, as
 * the playground makes them; `CONTEXT` stands for it where nobody can know.
 */
export const helpFor = ({ contexts, project }: Pick<FleetSnapshot, 'contexts' | 'project'>) => {
  const hub = shellQuote(contexts.hub);
  const member = (cluster: string | undefined): string =>
    cluster !== undefined && contexts.known.includes(cluster) ? shellQuote(cluster) : 'CONTEXT';
  const inProject = project === defaultProject ? '' : ` --project ${project}`;
  const onHub = (namespace: string, rest: string): string => `kubectl --context ${hub} -n ${namespace} ${rest}`;
  const onMember = (cluster: string | undefined, rest: string): string =>
    `kubectl --context ${member(cluster)} -n ${memberNamespace} ${rest}`;
  return {
    join: (cluster: string | undefined) =>
      `kubeslice join ${cluster ?? 'NAME'} --hub-context ${hub} --context ${member(cluster)}${inProject}`,
    links: (slice: string) => `kubeslice links --slice ${slice} --context ${hub}${inProject}`,
    controllerPods: () => onHub(hubNamespace, 'describe pods'),
    describeSlice: (slice: string, namespace: string) => onHub(namespace, `describe slice ${slice}`),
    editSlice: (slice: string, namespace: string) => onHub(namespace, `edit slice ${slice}`),
    workerLogs: (cluster: string | undefined) => onMember(cluster, 'logs deploy/kubeslice-worker --tail 20'),
    agentPods: (cluster: string | undefined) => onMember(cluster, 'get pods -o wide -l app.kubernetes.io/component=agent'),
    describeExport: (cluster: string, namespace: string, name: string) =>
      `kubectl --context ${member(cluster)} -n ${namespace} describe serviceexport ${name}`,
  };
};
