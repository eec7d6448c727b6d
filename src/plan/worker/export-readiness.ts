import type { Verdict } from '../../api/condition.ts';
import { excludeLabel } from '../../api/labels.ts';
import { maxServicePorts } from '../../api/slicenode/schema.ts';
import type { ExportEndpoint } from '../../exchange/statement/export.ts';
import { takesConnections } from '../../exchange/statement/takes-connections.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { OutsidePods } from './export-pods.ts';
import { duplicatePort, portText, type ResolvedPorts } from './export-ports.ts';
import { firstTrouble } from './pod-trouble.ts';

/** The verdict that an export is not ready. */
export const no = (reason: Verdict['reason'], message: string): Verdict => ({ type: 'Ready', status: 'False', reason, message });

const targetsText = (missing: ResolvedPorts['missing']): string =>
  missing.map((port) => `port ${portText(port)} leads to port "${port.targetPort}"`).join(' and ');

/** Why the ports cannot be offered with the pods that there are. */
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

/** Why there is no pod that could serve: none matches, or only such as no slice reaches. */
const noPods = ({ hostNetwork, excluded }: OutsidePods): Verdict => {
  if (hostNetwork > 0) {
    const message = `${podsMatch(hostNetwork)}, but with the network of the node (hostNetwork), which no slice reaches; run the pods without hostNetwork.`;
    return no('HostNetworkPods', message);
  }
  if (excluded > 0) {
    const message = `${podsMatch(excluded)}, but with the label ${excludeLabel}=true, which keeps a pod out of the slice; remove the label and start the pods anew.`;
    return no('PodsExcluded', message);
  }
  return no('NoMatchingPods', 'No pod of the namespace matches the selector; correct the selector or start the pods.');
};

/** The pods behind an export. */
interface Pods {
  /** Those that can be endpoints. */
  readonly matching: readonly Pod[];
  /** Those that no slice reaches. */
  readonly outside: OutsidePods;
  /** In which of them nobody listens, in a clause; undefined for none. */
  readonly withoutListener?: string | undefined;
}

/** Whether an export is ready, by the pods that match its selector, its ports, and the endpoints that follow. */
export const verdictOf = (
  { matching, outside, withoutListener }: Pods,
  { missing, targetsOf }: ResolvedPorts,
  endpoints: readonly ExportEndpoint[],
): Verdict => {
  const ready = endpoints.filter(takesConnections).length;
  const lacking = matching.filter((pod) => targetsOf(pod) === undefined).length;
  const lack = lacking === 0 ? '' : `, ${lacking} without a port that others have and so left out`;
  const left = outside.hostNetwork + outside.excluded;
  const more = left === 0 ? '' : `, ${left} more with hostNetwork or ${excludeLabel}=true and so left out`;
  const counts = `${podsMatch(matching.length)}${lack}${more}, ${endpoints.length} attached, ${ready} ready`;
  if (matching.length === 0) return noPods(outside);
  if (lacking === matching.length)
    return no(
      'TargetPortNotFound',
      `0 endpoints: ${counts}; give every pod a container port for each targetPort, or make several exports.`,
    );
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

/** Why an export is not ready although it is offered: a node that has no room for its service ports. */
export const crowdedVerdict = ([node]: readonly string[]): Verdict | undefined =>
  node === undefined
    ? undefined
    : no(
        'TooManyServicePorts',
        `Node ${node} has no room for the service ports of this export, for all exports of a slice may have ${maxServicePorts} on a node; use target ports equal to the service ports, or fewer ports.`,
      );
