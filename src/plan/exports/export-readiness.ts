import type { Verdict } from '../../api/condition.ts';
import { excludeLabel } from '../../api/labels.ts';
import type { ExportEndpoint } from '../../exchange/statement/export.ts';
import { takesConnections } from '../../exchange/statement/takes-connections.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import { duplicatePort, portText, type ResolvedPorts } from './export-ports.ts';
import { firstTrouble } from './pod-trouble.ts';
import type { OutsidePods } from './pods/export-pods.ts';

/** The condition of an export that is not ready. */
export const no = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Ready', status: 'False', reason, message });

const targetsText = (missing: ResolvedPorts['missing']): string =>
  missing.map((port) => `port ${portText(port)} has target port "${port.targetPort}"`).join(' and ');

/** Why the ports cannot be offered with the existing pods. */
export const portRefusal = ({ ports, missing }: ResolvedPorts): Verdict | undefined => {
  const twice = duplicatePort(ports);
  if (twice !== undefined)
    return no(
      'DuplicatePorts',
      `The ports have ${twice} more than once, so no cluster could import them; give each its own name and port.`,
    );
  if (ports.length > 0 || missing.length === 0) return undefined;
  return no(
    'TargetPortNotFound',
    `The ${targetsText(missing)}, which no container of a matching pod has for that protocol; name a port of a container so, or correct targetPort.`,
  );
};

const podsMatch = (count: number): string => `${count} ${count === 1 ? 'pod matches' : 'pods match'}`;

/** Why no pod can serve: none matches, or all matching ones are outside of every slice. */
const noPods = ({ hostNetwork, excluded }: OutsidePods): Verdict => {
  if (hostNetwork > 0) {
    const message = `${podsMatch(hostNetwork)}, but with the network of the node (hostNetwork), which is not part of any slice; run the pods without hostNetwork.`;
    return no('HostNetworkPods', message);
  }
  if (excluded > 0) {
    const message = `${podsMatch(excluded)}, but with the label ${excludeLabel}=true, which keeps a pod out of the slice; remove the label and restart the pods.`;
    return no('PodsExcluded', message);
  }
  return no('NoMatchingPods', 'No pod of the namespace matches the selector; correct the selector or start the pods.');
};

/** The pods behind an export. */
interface Pods {
  /** Pods that can be endpoints. */
  readonly matching: readonly Pod[];
  /** Pods outside of every slice. */
  readonly outside: OutsidePods;
  /** The pods without a listener, as a clause; undefined for none. */
  readonly withoutListener?: string | undefined;
}

/** Whether an export is ready, by the matching pods, its ports, and the resulting endpoints. */
export const verdictOf = (
  { matching, outside, withoutListener }: Pods,
  { missing, targetsOf }: ResolvedPorts,
  endpoints: readonly ExportEndpoint[],
): Verdict => {
  const ready = endpoints.filter(takesConnections).length;
  const lacking = matching.filter((pod) => targetsOf(pod) === undefined).length;
  const lack = lacking === 0 ? '' : `, ${lacking} without a port that others have (not endpoints)`;
  const left = outside.hostNetwork + outside.excluded;
  const more = left === 0 ? '' : `, ${left} more with hostNetwork or ${excludeLabel}=true (not endpoints)`;
  const counts = `${podsMatch(matching.length)}${lack}${more}, ${endpoints.length} attached, ${ready} ready`;
  if (matching.length === 0) return noPods(outside);
  if (lacking === matching.length)
    return no('TargetPortNotFound', `0 endpoints: ${counts}; give every pod a container port for each targetPort, or use several exports.`);
  if (endpoints.length === 0)
    return no(
      'EndpointsNotAttached',
      `0 endpoints: ${counts}; ${firstTrouble(matching) ?? 'see "kubectl -n kubeslice-system get slicenodes"'}.`,
    );
  if (ready === 0) return no('EndpointsNotReady', `0 endpoints: ${counts}; ${firstTrouble(matching) ?? 'see the readiness of the pods'}.`);
  if (missing.length > 0) {
    return no(
      'TargetPortNotFound',
      `The ${targetsText(missing)}, which no container of a matching pod has for that protocol; only the other ports are offered (${counts}).`,
    );
  }
  const closed = withoutListener === undefined ? '' : `; ${withoutListener}`;
  return { type: 'Ready', status: 'True', reason: 'Exported', message: `${counts}${closed}.` };
};
