import type { ExportPort } from '../../api/notice/statement.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { objectKey } from '../../values/object-key.ts';
import { compareText } from '../../values/order.ts';
import { type ExportSource, podsOf, selectorOf } from './export-pods.ts';
import { duplicatePort, portText, resolvePorts, wantedPorts } from './export-ports.ts';
import { selects } from './selector.ts';

/** The ports that an export offers, of the pods that have them. */
export interface PortClaim {
  readonly ports: readonly ExportPort[];
  readonly pods: readonly Pod[];
}

/** A port of a pod that an older export leads to another place. */
export interface PortConflict {
  /** namespace/name of the older export. */
  readonly holder: string;
  /** Name of a pod that both select. */
  readonly pod: string;
  /** The port by which clients would call both, for example `80/TCP`. */
  readonly port: string;
  /** Where the older export leads it. */
  readonly targetPort: number;
}

/** The order in which exports get ports: by age, then by namespace and name. */
export const compareAge = ({ metadata: one }: ServiceExport, { metadata: other }: ServiceExport): number =>
  compareText(one.creationTimestamp ?? '', other.creationTimestamp ?? '') || compareText(objectKey(one), objectKey(other));

const claimOf = (source: ExportSource, pods: readonly Pod[]): PortClaim => {
  const matching = podsOf(source, pods);
  const { ports, serves } = resolvePorts(wantedPorts(source.exported, source.service), matching);
  return duplicatePort(ports) === undefined ? { ports, pods: matching.filter(serves) } : { ports: [], pods: [] };
};

const conflictBetween = (mine: PortClaim, theirs: PortClaim): Omit<PortConflict, 'holder'> | undefined => {
  const pod = mine.pods.find((candidate) => theirs.pods.includes(candidate));
  if (pod === undefined) return undefined;
  const held = new Map(theirs.ports.map((port) => [portText(port), port.targetPort]));
  for (const port of mine.ports) {
    const targetPort = held.get(portText(port));
    if (targetPort !== undefined && targetPort !== port.targetPort) return { pod: pod.metadata.name, port: portText(port), targetPort };
  }
  return undefined;
};

/**
 * Whether an older export leads a port of a pod to another place than this one: the node of the pod can turn a port into one other only, so the
 * older export keeps it.
 *
 * `others` are exports of the same slice and namespace, `pods` those of the namespace. An export that is itself in conflict keeps nothing, nor does
 * one that offers nothing for another reason. Costs a look at the labels of this export's pods for each of the others; more only where they meet.
 */
export const portConflict = (
  exported: ServiceExport,
  claim: PortClaim,
  others: readonly ExportSource[],
  pods: readonly Pod[],
): PortConflict | undefined => {
  const known = new Map<ServiceExport, PortConflict | undefined>();

  const conflictOf = (one: ServiceExport, mine: PortClaim): PortConflict | undefined => {
    const older = others.filter((other) => {
      if (other.exported.metadata.deletionTimestamp !== undefined || compareAge(other.exported, one) >= 0) return false;
      const selector = selectorOf(other);
      return selector !== undefined && mine.pods.some((pod) => selects(selector, pod.metadata.labels));
    });
    for (const holder of older.toSorted((a, b) => compareAge(a.exported, b.exported))) {
      const theirs = claimOf(holder, pods);
      const conflict = conflictBetween(mine, theirs);
      if (conflict === undefined || known.get(holder.exported) !== undefined) continue;
      if (!known.has(holder.exported)) known.set(holder.exported, conflictOf(holder.exported, theirs));
      if (known.get(holder.exported) === undefined) return { ...conflict, holder: objectKey(holder.exported.metadata) };
    }
    return undefined;
  };
  return conflictOf(exported, claim);
};
