import { type Condition, conditionOf, type Verdict } from '../../api/condition.ts';
import type { ExportEndpoint, ExportPort } from '../../exchange/statement/export.ts';
import { takesConnections } from '../../exchange/statement/takes-connections.ts';
import type { PortState } from '../listeners/watched-port.ts';
import { portText } from './export-ports.ts';
import { no } from './export-readiness.ts';

/** An endpoint with the state of the TCP ports of its pod, as its node reports it. */
export interface EndpointPorts {
  readonly endpoint: ExportEndpoint;
  readonly portState: (port: number) => PortState;
}

/** The result about listeners: the condition that the export is not ready, or a clause about the pods without a listener. */
export interface Listeners {
  readonly verdict: Verdict | undefined;
  readonly note: string | undefined;
}

interface Target {
  readonly pod: string;
  readonly port: number;
  readonly portState: PortState;
}

const notYet: ReadonlySet<PortState> = new Set<PortState>(['new', 'suspect', 'closed']);

/**
 * Whether a program listens on the target ports of an export. UDP and SCTP do not count: their sockets do not show whether they are for clients.
 *
 * ```
 * of the ready endpoints of a port
 * none has a listener                           not ready: NothingListens, with the first pod
 * some have none                                ready; the message counts them
 * no listener is known, and some are unknown    the condition stays if it was NothingListens: a restart of the
 *                                                 worker, or replaced pods, must not clear it for a moment
 * ```
 * @param ports the ports of the export, and whether its spec contains them (or a Service does)
 * @param before the current conditions
 */
export const listenersOf = (
  { ports, own }: { readonly ports: readonly ExportPort[]; readonly own: boolean },
  endpoints: readonly EndpointPorts[],
  before: readonly Condition[] | undefined,
): Listeners => {
  const ready = endpoints.filter(({ endpoint }) => takesConnections(endpoint));
  let note: string | undefined;
  let isOpen = false;
  for (const [index, port] of ports.entries()) {
    if (port.protocol !== 'TCP' || ready.length === 0) continue;
    const targets = ready.map(({ endpoint, portState }): Target => {
      const number = endpoint.targetPorts?.[index] ?? port.targetPort;
      return { pod: endpoint.pod, port: number, portState: portState(number) };
    });
    const closed = targets.filter(({ portState }) => portState === 'closed');
    const [first] = closed;
    if (first !== undefined && closed.length === targets.length) return { verdict: nothingListens(first, closed.length, port, own), note };
    if (first !== undefined)
      note ??= `nobody listens on port ${first.port} of pod ${first.pod} (${closed.length} of ${targets.length} pods)`;
    if (targets.every(({ portState }) => notYet.has(portState))) isOpen = true;
  }
  const was = conditionOf(before, 'Ready');
  const verdict = isOpen && was?.reason === 'NothingListens' ? no('NothingListens', was.message) : undefined;
  return { verdict, note };
};

const nothingListens = ({ pod, port }: Target, count: number, served: ExportPort, own: boolean): Verdict => {
  const others = count === 1 ? '' : ` and of ${count - 1} more`;
  const correct = own ? 'containerPort of the export' : 'targetPort of the Service';
  return no(
    'NothingListens',
    `Nobody listens on port ${port} of pod ${pod}${others}, to which service port ${portText(served)} leads, so clients are refused; correct ${correct}, or let the program listen on that port on all addresses of the pod.`,
  );
};
