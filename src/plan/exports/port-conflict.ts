import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { ExportPort } from '../../exchange/statement/export.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { objectKey } from '../../values/object-key.ts';
import { compareText } from '../../values/text/order.ts';
import { duplicatePort, portText, resolvePorts, wantedPorts } from './export-ports.ts';
import { type ExportSource, podsOf } from './pods/export-pods.ts';

/** The ports that an export offers, and their numbers in the pods that have them, in the order of the ports. */
export interface PortClaim {
  readonly ports: readonly ExportPort[];
  readonly pods: readonly { readonly pod: Pod; readonly targets: readonly number[] }[];
}

/** A port of a pod that an older export translates to another port. */
export interface PortConflict {
  /** namespace/name of the older export. */
  readonly holder: string;
  /** Name of a pod that both select. */
  readonly pod: string;
  /** The port that clients of both exports would call, for example `80/TCP`. */
  readonly port: string;
  /** The target port of the older export. */
  readonly targetPort: number;
}

/** The precedence of exports for ports: by age, then by namespace and name. */
export const compareAge = ({ metadata: one }: ServiceExport, { metadata: other }: ServiceExport): number =>
  compareText(one.creationTimestamp ?? '', other.creationTimestamp ?? '') || compareText(objectKey(one), objectKey(other));

/** The pods that have all ports, each with its numbers. */
export const withTargets = (
  pods: readonly Pod[],
  targetsOf: (pod: Pod) => readonly number[] | undefined,
): { readonly pod: Pod; readonly targets: readonly number[] }[] =>
  pods.flatMap((pod) => {
    const targets = targetsOf(pod);
    return targets === undefined ? [] : [{ pod, targets }];
  });

const claimOf = (source: ExportSource): PortClaim => {
  const matching = podsOf(source);
  const { ports, targetsOf } = resolvePorts(wantedPorts(source.exported, source.service), matching);
  return duplicatePort(ports) === undefined ? { ports, pods: withTargets(matching, targetsOf) } : { ports: [], pods: [] };
};

/** An export that owns a port of its pods. */
interface Holder {
  readonly exported: ServiceExport;
  /** The target ports, by the name of the pod. */
  readonly targets: ReadonlyMap<string, number>;
}

/**
 * Whether an older export translates a port of a pod to another port than this one. The pod's node can translate a port to one other port only, so
 * the older export keeps it.
 *
 * `others` are exports of the same slice and namespace: those with pods of this one, and the older ones with pods of those. An export that is itself
 * in conflict keeps nothing, nor does one that offers nothing for another reason. Costs the pods of the others.
 */
export const portConflict = (exported: ServiceExport, claim: PortClaim, others: readonly ExportSource[]): PortConflict | undefined => {
  const oldestFirst = others
    .filter((other) => other.exported.metadata.deletionTimestamp === undefined && compareAge(other.exported, exported) < 0)
    .toSorted((a, b) => compareAge(a.exported, b.exported));
  const holders = new Map<string, Holder[]>();
  const hold = (one: ServiceExport, { ports, pods }: PortClaim): void => {
    for (const [index, port] of ports.entries()) {
      const targets = new Map(pods.map(({ pod, targets: own }) => [pod.metadata.name, own[index] ?? port.targetPort]));
      const holder = { exported: one, targets };
      const known = holders.get(portText(port));
      if (known === undefined) holders.set(portText(port), [holder]);
      else known.push(holder);
    }
  };
  /** The first port of a claim that an owner translates to another port. */
  const conflictOf = (mine: PortClaim): PortConflict | undefined => {
    for (const [index, port] of mine.ports.entries()) {
      for (const { exported: holder, targets } of holders.get(portText(port)) ?? []) {
        for (const { pod, targets: own } of mine.pods) {
          const targetPort = targets.get(pod.metadata.name);
          if (targetPort === undefined || targetPort === own[index]) continue;
          return { holder: objectKey(holder.metadata), pod: pod.metadata.name, port: portText(port), targetPort };
        }
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
