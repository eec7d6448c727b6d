import type { Reason } from '../../api/reasons.ts';
import { type Help } from './help.ts';
import { type Problem, problemOf } from './problem.ts';

/** An export that does not offer what its owner requests, by its cluster's report. */
export interface SickExport {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** The slice in its spec, if known. */
  readonly slice: string | undefined;
  readonly reason: string;
  readonly message: string;
  readonly since?: string | undefined;
  /** Whether the service still works. */
  readonly works?: boolean | undefined;
}

/** The remedy for each kind of mistake; for all others, describing the export. */
const remedies: Partial<Record<Reason, (help: Help, sick: SickExport) => string>> = {
  NoMatchingPods: (help, { cluster, namespace }) => help.servicePods(cluster, namespace),
  EndpointsNotAttached: (help, { cluster, namespace }) => help.servicePods(cluster, namespace),
  EndpointsNotReady: (help, { cluster, namespace }) => help.servicePods(cluster, namespace),
  HostNetworkPods: (help, { cluster, namespace }) => help.servicePods(cluster, namespace),
  PodsExcluded: (help, { cluster, namespace }) => help.servicePods(cluster, namespace),
  NamespaceNotInSlice: (help, { slice = 'NAME' }) => help.editSliceOfProject(slice),
  ServiceNotFound: (help, { cluster, namespace }) => help.services(cluster, namespace),
  ServiceWithoutSelector: (help, { cluster, namespace, name }) => help.editService(cluster, namespace, name),
  ServiceWithoutPorts: (help, { cluster, namespace, name }) => help.editService(cluster, namespace, name),
  ServiceIsExternalName: (help, { cluster, namespace, name }) => help.editService(cluster, namespace, name),
  TargetPortNotFound: (help, { cluster, namespace, name }) => help.editService(cluster, namespace, name),
  NothingListens: (help, { cluster, namespace, name }) => help.editService(cluster, namespace, name),
  SliceNotFound: (help, { cluster, namespace, name }) => help.editExport(cluster, namespace, name),
};

/** The problem of a failing export: an error when no client can call the service, else a warning. */
export const exportProblem = (sick: SickExport, help: Help): Problem => {
  const { cluster, namespace, name, reason, message, since, works } = sick;
  const remedy = remedies[reason as Reason] ?? ((of: Help) => of.describeExport(cluster, namespace, name));
  return problemOf(
    { kind: 'serviceexport', name, namespace, cluster },
    { reason, text: message, since, help: remedy(help, sick), severity: works === true ? 'warning' : 'error', scope: 'service' },
  );
};
