import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { ExportPort } from '../../exchange/statement/export.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { objectKey } from '../../values/object-key.ts';
import { compareText } from '../../values/order.ts';
import { type ExportSource, podsOf } from './export-pods.ts';
import { duplicatePort, portText, resolvePorts, wantedPorts } from './export-ports.ts';

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

const claimOf = (source: ExportSource): PortClaim => {
  const matching = podsOf(source);
  const { ports, serves } = resolvePorts(wantedPorts(source.exported, source.service), matching);
  return duplicatePort(ports) === undefined ? { ports, pods: matching.filter(serves) } : { ports: [], pods: [] };
};

/** An export that holds a port of its pods. */
interface Holder {
  readonly exported: ServiceExport;
  readonly targetPort: number;
  /** Names of its pods. */
  readonly pods: ReadonlySet<string>;
}

/**
 * Whether an older export leads a port of a pod to another place than this one: the node of the pod can turn a port into one other only, so the
 * older export keeps it.
 *
 * `others` are exports of the same slice and namespace: those with pods of this one, and the older ones with pods of those. An export that is itself in
 * conflict keeps nothing, nor does one that offers nothing for another reason. Costs the pods of the others.
 */
export const portConflict = (exported: ServiceExport, claim: PortClaim, others: readonly ExportSource[]): PortConflict | undefined => {
  const oldestFirst = others
    .filter((other) => other.exported.metadata.deletionTimestamp === undefined && compareAge(other.exported, exported) < 0)
    .toSorted((a, b) => compareAge(a.exported, b.exported));
  const holders = new Map<string, Holder[]>();
  const hold = (one: ServiceExport, { ports, pods }: PortClaim): void => {
    const names = new Set(pods.map(({ metadata }) => metadata.name));
    for (const port of ports) {
      const holder = { exported: one, targetPort: port.targetPort, pods: names };
      const known = holders.get(portText(port));
      if (known === undefined) holders.set(portText(port), [holder]);
      else known.push(holder);
    }
  };
  /** The first port of a claim that somebody who holds it leads to another place. */
  const conflictOf = (mine: PortClaim): PortConflict | undefined => {
    for (const port of mine.ports) {
      for (const { exported: holder, targetPort, pods } of holders.get(portText(port)) ?? []) {
        if (targetPort === port.targetPort) continue;
        const pod = mine.pods.find(({ metadata }) => pods.has(metadata.name))?.metadata.name;
        if (pod !== undefined) return { holder: objectKey(holder.metadata), pod, port: portText(port), targetPort };
      }
    }
    return undefined;
  };
  for (const other of oldestFirst) {
    const theirs = claimOf(other);
    if (conflictOf(theirs) === undefined) hold(other.exported, theirs);
  }
  return conflictOf(claim);
};
