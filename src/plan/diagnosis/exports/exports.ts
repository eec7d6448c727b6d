import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import type { ClusterView } from '../cluster-view.ts';
import { commandsFor, type Finding } from '../finding.ts';
import type { ExportRemedy } from './export-remedy.ts';
import { podsNotReady, withoutPods } from './pods-of-export.ts';
import { wrongTargetPort } from './ports-of-export.ts';
import { namespaceNotInSlice, sliceNotFound } from './slice-of-export.ts';

/** The command that repairs an export, by its reason; for other reasons `kubectl describe` shows more. */
const remedies: Readonly<Record<string, (view: ClusterView, exported: ServiceExport) => ExportRemedy>> = {
  NoMatchingPods: withoutPods,
  EndpointsNotReady: podsNotReady,
  NamespaceNotInSlice: namespaceNotInSlice,
  TargetPortNotFound: (view, exported) => wrongTargetPort(view, exported, 'string'),
  NothingListens: (view, exported) => ({
    ...wrongTargetPort(view, exported, 'number'),
    advice: 'let the program listen on that port on all addresses of the pod',
  }),
  SliceNotFound: sliceNotFound,
  ServiceNotFound: (view, { metadata }) => ({
    remedy: commandsFor(view.contexts).kubectl(metadata.namespace ?? '', 'get services'),
    advice: `make a Service ${metadata.name} in namespace ${metadata.namespace ?? ''}, or name selector and ports in the export`,
  }),
  ExportConflict: (view, { metadata }) => ({
    remedy: commandsFor(view.contexts).kubectl(metadata.namespace ?? '', `delete serviceexport.networking.kubeslice.io ${metadata.name}`),
    advice: 'make both exports and their Services agree, or delete one of them; until then what the older one has counts',
  }),
};

/** The condition of an export that reports a fault: it is not Ready, or has lost properties to an older export of its name. */
const troubleOf = ({ status }: ServiceExport) => {
  const conditions = status?.conditions ?? [];
  return (
    conditions.find(({ type, status: value }) => type === 'Ready' && value !== 'True') ??
    conditions.find(({ status: value, reason }) => value === 'True' && reason === 'ExportConflict')
  );
};

/** Exports that offer nothing or not what they should, with causes that only their own cluster knows. */
export const exportFindings = (view: ClusterView): Finding[] =>
  view.exports.flatMap((exported): Finding[] => {
    const condition = troubleOf(exported);
    if (condition === undefined) return [];
    const { name, namespace = '' } = exported.metadata;
    const {
      cause = condition.message,
      evidence,
      remedy = commandsFor(view.contexts).kubectl(namespace, `describe serviceexport.networking.kubeslice.io ${name}`),
      advice,
    } = remedies[condition.reason]?.(view, exported) ?? {};
    return [
      {
        code: 'ConditionFalse',
        severity: 'error',
        object: `ServiceExport ${namespace}/${name}`,
        cause,
        evidence: evidence === undefined ? `${condition.reason}: ${condition.message}` : `${condition.reason}; ${evidence}`,
        remedy,
        ...(advice === undefined ? {} : { advice }),
      },
    ];
  });
