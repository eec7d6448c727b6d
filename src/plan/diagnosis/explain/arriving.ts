import { shellQuote } from '../../../values/text/shell-quote.ts';
import { selects } from '../../exports/pods/selector.ts';
import { commandsFor } from '../finding.ts';
import { counts, ok, restartAgent, unknown } from './hop.ts';
import type { Hop, PathView } from './path-view.ts';

/** Whether the target pod answers. */
export const delivered = ({ probe, endpoint, to, peer }: PathView): Hop => {
  if (probe === undefined || endpoint === undefined) return unknown('pod', 'no packets could be sent');
  if (probe.target.answered > 0)
    return ok('pod', `pod ${endpoint.pod} answers ${counts(probe.target)} echo requests in ${probe.target.rttMs ?? '?'} ms`);
  const object = `pod ${endpoint.pod} of cluster ${endpoint.cluster}`;
  const facts = to?.facts?.slices.flatMap(({ pods }) => pods).find(({ address }) => address === endpoint.address);
  const why =
    facts === undefined
      ? ''
      : !facts.running
        ? '; it does not run'
        : facts.interface === undefined
          ? '; it has no interface in the slice'
          : `; ${facts.receivedPackets} packets have reached it so far`;
  return {
    hop: 'pod',
    state: 'broken',
    object,
    text: `Packets ${peer === undefined ? 'leave the pod' : 'reach the other node'} and the pod at ${endpoint.address} does not answer them${why}.`,
    ...(to === undefined ? { advice: `run "kubeslice doctor" in cluster ${endpoint.cluster}` } : { remedy: restartAgent(to) }),
  };
};

/** Whether a program listens on the port. */
export const listened = ({ probe, endpoint, port, service, to }: PathView): Hop => {
  if (port === undefined || endpoint === undefined) return ok('port', 'no port was given');
  const answer = probe?.answers[service === undefined ? 0 : 1];
  if (answer === undefined)
    return unknown(
      'port',
      port.protocol === 'TCP' ? 'no connection could be opened' : `whether a ${port.protocol} port is open cannot be tested from outside`,
    );
  const call = `${endpoint.address}:${port.targetPort}`;
  if (answer.outcome === 'answered') return ok('port', `${call} accepts connections in ${answer.ms} ms`);
  const object = `pod ${endpoint.pod} of cluster ${endpoint.cluster}`;
  if (answer.outcome !== 'refused')
    return {
      hop: 'port',
      state: 'broken',
      object,
      text: `The pod answers echo requests and ${call} is ${answer.outcome}: something in the pod or its network policy drops the connection.`,
      ...(to === undefined ? {} : { remedy: commandsFor(to.contexts).kubectl('', 'get networkpolicies -A') }),
    };
  const declared =
    to?.pod?.spec?.containers.flatMap(({ ports = [] }) => ports).filter(({ protocol = 'TCP' }) => protocol === port.protocol) ?? [];
  const exporter = service?.exporter;
  const object0 = exporter?.services.find(
    ({ metadata, spec }) =>
      metadata.namespace === service?.namespace &&
      metadata.name === service?.name &&
      selects({ matchLabels: spec?.selector ?? {} }, to?.pod?.metadata.labels),
  );
  const at = object0?.spec?.ports?.findIndex((each) => each.port === port.number) ?? -1;
  const [right] = declared.filter(({ containerPort }) => containerPort !== port.targetPort);
  const patch = [{ op: 'replace', path: `/spec/ports/${at}/targetPort`, value: right?.containerPort }];
  return {
    hop: 'port',
    state: 'broken',
    object: object0 === undefined ? object : `Service ${service?.namespace ?? ''}/${service?.name ?? ''}`,
    text: `Nobody listens on port ${port.targetPort} of the pod, to which service port ${port.number} leads${declared.length === 0 ? '' : `; the pod declares ${declared.map(({ containerPort }) => containerPort).join(', ')}`}.`,
    ...(exporter !== undefined && at >= 0 && right !== undefined
      ? {
          remedy: commandsFor(exporter.contexts).kubectl(
            service?.namespace ?? '',
            `patch service ${service?.name ?? ''} --type json -p ${shellQuote(JSON.stringify(patch))}`,
          ),
        }
      : { advice: 'correct targetPort of the Service or the port of the program' }),
  };
};

/** Whether the target pod reaches back. */
export const returned = ({ back, probe, endpoint }: PathView): Hop => {
  if (back === undefined) {
    // An answer proves the way back.
    if (probe !== undefined && probe.target.answered > 0) return ok('way back', 'answers came back from the pod');
    return unknown('way back', `cluster ${endpoint?.cluster ?? ''} was not asked; name its context with --to-context`);
  }
  if (back.target.answered > 0)
    return ok('way back', `the other pod reaches back, ${counts(back.target)}, and ${back.enteredPod} packets entered it`);
  return {
    hop: 'way back',
    state: 'broken',
    object: `pod ${endpoint?.pod ?? ''} of cluster ${endpoint?.cluster ?? ''}`,
    text: `The other pod does not reach back: ${back.leftPod} packets left it, ${back.tunnelSent} entered the tunnel there, ${back.enteredPod} answers came.`,
    advice: 'run "kubeslice explain" the other way round',
  };
};
