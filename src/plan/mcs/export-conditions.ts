import { conditionOf } from '../../api/condition.ts';
import type { McsConditionType, McsReason } from '../../api/mcs/type.ts';
import type { ServiceExport, ServiceExportStatus } from '../../api/serviceexport/type.ts';

/** A condition of an object of the Multi-Cluster Services API that is not part of the object yet. */
export interface McsVerdict {
  readonly type: McsConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** Reasons, joined by commas. */
  readonly reason: string;
  readonly message: string;
}

const verdict = (type: McsConditionType, status: McsVerdict['status'], reason: McsReason, message: string): McsVerdict => ({
  type,
  status,
  reason,
  message,
});

const conflictReasons = {
  Annotations: 'AnnotationsConflict',
  InternalTrafficPolicy: 'InternalTrafficPolicyConflict',
  Labels: 'LabelsConflict',
  Ports: 'PortConflict',
  SessionAffinity: 'SessionAffinityConflict',
  SessionAffinityConfig: 'SessionAffinityConfigConflict',
  TrafficDistribution: 'TrafficDistributionConflict',
  Type: 'TypeConflict',
} as const satisfies Record<NonNullable<ServiceExportStatus['conflicts']>[number]['property'], McsReason>;

/** The conditions of an export whose namespace is a member of no slice. */
export const outsideVerdicts = (namespace: string): McsVerdict[] => {
  const message = `Namespace ${namespace} is a member of no slice in this cluster, so KubeSlice does not export its services; add it to the namespaceIsolationProfile of a slice on the hub.`;
  return [verdict('Valid', 'Unknown', 'NamespaceNotInSlice', message), verdict('Ready', 'False', 'NamespaceNotInSlice', message)];
};

/** The conditions of an export with a name that no Service can have. */
export const namelessVerdicts = (name: string): McsVerdict[] => {
  const message = `No Service can have the name "${name}"; give the export the name of its Service.`;
  return [verdict('Valid', 'False', 'NoService', message), verdict('Ready', 'False', 'Failed', message)];
};

/** The conditions of an export, from the status of the ServiceExport of KubeSlice that stands for it; `note` precedes its message. */
export const exportVerdicts = (own: Pick<ServiceExport, 'spec' | 'status'> | undefined, note: string): McsVerdict[] => {
  const ready = conditionOf(own?.status?.conditions, 'Ready');
  if (own === undefined || ready === undefined) {
    const message = `${note}KubeSlice has not judged this export yet.`;
    return [verdict('Valid', 'Unknown', 'Pending', message), verdict('Ready', 'Unknown', 'Pending', message)];
  }
  return [validVerdict(ready), readyVerdict(own, ready, note), conflictVerdict(own.status)];
};

type Ready = NonNullable<ReturnType<typeof conditionOf>>;

const validVerdict = ({ reason, message }: Ready): McsVerdict => {
  if (reason === 'ServiceNotFound') return verdict('Valid', 'False', 'NoService', message);
  if (reason === 'ServiceIsExternalName') return verdict('Valid', 'False', 'InvalidServiceType', message);
  return verdict('Valid', 'True', 'Valid', 'The Service exists and can be exported.');
};

/** Ready means that other clusters get the export; whether it has endpoints is in the message. */
const readyVerdict = ({ spec, status }: Pick<ServiceExport, 'spec' | 'status'>, { reason, message }: Ready, note: string): McsVerdict => {
  if (reason === 'ServiceNotFound') return verdict('Ready', 'False', 'Pending', `${note}${message}`);
  const isOffered = status?.dnsName !== undefined;
  if (!isOffered || reason === 'ExportConflict') return verdict('Ready', 'False', 'Failed', `${note}${message}`);
  return verdict('Ready', 'True', 'Exported', `${note}Exported to slice ${spec.slice}. ${message}`);
};

const conflictVerdict = (status: ServiceExportStatus | undefined): McsVerdict => {
  const conflicts = status?.conflicts ?? [];
  if (conflicts.length === 0) return verdict('Conflict', 'False', 'NoConflicts', 'The exports of this name agree.');
  const reason = [...new Set(conflicts.map(({ property }) => conflictReasons[property]))].toSorted().join(',');
  const message = conditionOf(status?.conditions, 'Conflict')?.message ?? '';
  return { type: 'Conflict', status: 'True', reason, message };
};
