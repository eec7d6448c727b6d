import { multicluster } from '../../../api/groups.ts';
import { exportCreatedAnnotation } from '../../../api/labels.ts';
import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import { time } from '../../../exchange/statement/fields.ts';
import type { OwnerReference } from '../../../values/object.ts';

const isMcsOwner = ({ apiVersion, kind }: OwnerReference): boolean =>
  kind === 'ServiceExport' && apiVersion.startsWith(`${multicluster.group}/`);

/** Whether an export was made from one of the Multi-Cluster Services API; every other one was written by hand. */
export const isDerived = ({ metadata }: Pick<ServiceExport, 'metadata'>): boolean => (metadata.ownerReferences ?? []).some(isMcsOwner);

/**
 * When an export began, by which conflicts are resolved (RFC 3339): when its owner created the object that people wrote, which for a derived export is the
 * one of the Multi-Cluster Services API (KEP-1645, "Constraints and Conflict Resolution").
 */
export const createdOf = (exported: Pick<ServiceExport, 'metadata'>): string => {
  const { annotations, creationTimestamp } = exported.metadata;
  const original = isDerived(exported) ? annotations?.[exportCreatedAnnotation] : undefined;
  return original !== undefined && time.safeParse(original).success ? original : (creationTimestamp ?? new Date(0).toISOString());
};
