import { containsIp, readCidr } from '../../../values/cidr.ts';
import { readIp } from '../../../values/ip.ts';
import { shellQuote } from '../../../values/shell-quote.ts';
import { selects } from '../../worker/selector.ts';
import { commandsFor } from '../finding.ts';
import type { PathAnswer } from '../probe-report.ts';
import { sliceOf } from './ends.ts';
import type { End, Hop, PathView } from './path-view.ts';

const ok = (hop: Hop['hop'], text: string): Hop => ({ hop, state: 'ok', text });
const unknown = (hop: Hop['hop'], text: string): Hop => ({ hop, state: 'unknown', text });

/** Whether an address lies in one of the blocks. */
export const isIn = (address: string, blocks: readonly string[]): boolean => {
  const ip = readIp(address);
  return ip !== undefined && blocks.map(readCidr).some((cidr) => 'base' in cidr && containsIp(cidr, ip));
};

const restart = ({ contexts, agent }: End): string =>
  commandsFor(contexts).kubectl(
    'kubeslice-system',
    agent === undefined ? 'rollout restart daemonset/kubeslice-agent' : `delete pod ${agent}`,
  );

/** Whether a node is known that has the address. */
export const addressed = ({ endpoint, peer, from }: PathView): Hop => {
  if (endpoint === undefined) return unknown('address', 'there is no address to call');
  const local = from.sliceNodes.find(({ spec }) => isIn(endpoint.address, spec.blocks));
  if (peer !== undefined)
    return ok(
      'address',
      `${endpoint.address} is of node ${peer.spec.cluster}/${peer.spec.node}, which is at ${peer.spec.endpoints[0]?.address ?? 'no known address'}`,
    );
  if (local !== undefined) return ok('address', `${endpoint.address} is of node ${local.spec.node} of this cluster`);
  return {
    hop: 'address',
    state: 'broken',
    object: `address ${endpoint.address}`,
    text: `No node is known that has ${endpoint.address}: the worker has no verified statement of a node of cluster ${endpoint.cluster} with that address.`,
    remedy: commandsFor(from.contexts).kubectl('kubeslice-system', 'get slicepeers,slicenodes'),
  };
};

/** Whether packets find their way from the pod into the tunnel. */
export const routed = ({ probe, from, endpoint }: PathView): Hop => {
  if (probe === undefined || endpoint === undefined) return unknown('route', 'nobody could send packets from the pod');
  const object = `pod ${from.asked}`;
  if (!probe.present)
    return { hop: 'route', state: 'broken', object, text: 'The pod or its slice has no network on the node.', remedy: restart(from) };
  if (probe.podRoute?.includes(' dev slice0') !== true)
    return {
      hop: 'route',
      state: 'broken',
      object,
      text: `The pod sends packets for ${endpoint.address} elsewhere: ${probe.podRoute ?? 'it has no route'}.`,
      remedy: restart(from),
    };
  if (probe.sliceRoute === undefined || /unreachable/.test(probe.sliceRoute))
    return {
      hop: 'route',
      state: 'broken',
      object: `slice ${sliceOf(from)?.metadata.name ?? ''}`,
      text: `The slice has no route to ${endpoint.address} on the node of the pod.`,
      remedy: restart(from),
    };
  if (probe.leftPod === 0)
    return {
      hop: 'route',
      state: 'broken',
      object,
      text: `No packet left the pod by slice0, of ${probe.target.sent + probe.targetLarge.sent} that were sent.`,
      remedy: restart(from),
    };
  return ok('route', `${probe.leftPod} packets left the pod by slice0 and ${probe.tunnelSent} went on: ${probe.sliceRoute}`);
};

/** A firewall rule of one of the two nodes that drops tunnels, with the command that removes it. */
const dropped = (ends: readonly (End | undefined)[]): Pick<Hop, 'object' | 'text' | 'remedy'> | undefined => {
  for (const end of ends) {
    const [rule] = end?.facts?.dropRules ?? [];
    if (end === undefined || rule === undefined || end.agent === undefined) continue;
    return {
      object: `node ${end.facts?.node ?? ''}`,
      text: `its firewall drops packets of tunnels (${rule.family} ${rule.table} ${rule.chain}: ${rule.text})`,
      remedy: commandsFor(end.contexts).inAgent(
        end.agent,
        `nft delete rule ${rule.family} ${rule.table} ${rule.chain} handle ${rule.handle}`,
      ),
    };
  }
  return undefined;
};

const counts = ({ sent, answered }: PathAnswer['target']): string => `${answered} of ${sent}`;

/** Whether the other node is reached through the tunnel, and if not, whether it is outside of it. */
export const tunnelled = ({ probe, peer, from, to }: PathView): Hop => {
  if (probe === undefined || !probe.present) return unknown('tunnel', 'nobody could send packets');
  if (peer === undefined || probe.router === undefined)
    return ok('tunnel', 'both pods are on one node or in one cluster, and no other cluster is on the way');
  const name = `${peer.spec.cluster}/${peer.spec.node}`;
  if (probe.router.answered > 0)
    return ok('tunnel', `node ${name} answers ${counts(probe.router)} probes through the tunnel in ${probe.router.rttMs ?? '?'} ms`);
  const rule = dropped([from, to]);
  const seen = from.facts?.slices.flatMap(({ peers }) => peers).find(({ publicKey }) => publicKey === peer.spec.publicKey);
  const handshake =
    seen === undefined
      ? 'the tunnel does not know this peer'
      : `last handshake ${seen.handshakeAge === undefined ? 'never' : `${seen.handshakeAge} s ago`}`;
  const object = `link to node ${name}`;
  if (rule !== undefined)
    return {
      hop: 'tunnel',
      state: 'broken',
      object: rule.object ?? object,
      text: `Node ${name} answers no probe through the tunnel, because of ${rule.object}: ${rule.text}.`,
      ...(rule.remedy === undefined ? {} : { remedy: rule.remedy }),
    };
  if (seen === undefined && from.facts !== undefined)
    return {
      hop: 'tunnel',
      state: 'broken',
      object,
      text: `The tunnel on node ${from.facts.node} does not know the key of node ${name}.`,
      remedy: restart(from),
    };
  const advice = `let the nodes exchange UDP 51820-51899; see "kubeslice doctor" in cluster ${peer.spec.cluster}`;
  if (probe.underlay !== undefined && probe.underlay.answered === 0)
    return {
      hop: 'tunnel',
      state: 'broken',
      object,
      text: `Node ${name} answers neither through the tunnel nor outside of it at ${peer.spec.endpoints[0]?.address ?? '?'} (${handshake}): it is off, or the networks of the nodes are cut.`,
      advice,
    };
  return {
    hop: 'tunnel',
    state: 'broken',
    object,
    text: `Node ${name} answers outside of the tunnel (${probe.underlay === undefined ? '?' : counts(probe.underlay)}) and not through it (${handshake}): UDP packets of the tunnel are dropped on the way, or the other end has another key.`,
    advice,
  };
};

/** Whether packets as large as the slice carries arrive. */
export const sized = ({ probe, endpoint, from }: PathView): Hop => {
  if (probe === undefined || endpoint === undefined) return unknown('size', 'nobody could send packets');
  const [small, large] =
    probe.router === undefined ? [probe.target, probe.targetLarge] : [probe.router, probe.routerLarge ?? probe.targetLarge];
  if (small.answered === 0) return unknown('size', 'no packet of any size is answered');
  const mtu = from.facts?.slices.find(({ name }) => name === sliceOf(from)?.metadata.name)?.tunnel?.mtu;
  if (large.answered > 0) return ok('size', `packets of ${mtu ?? 'the full'} bytes are answered, ${counts(large)}`);
  return {
    hop: 'size',
    state: 'broken',
    object: 'network between the nodes',
    text: `Small packets are answered (${counts(small)}) and those of ${mtu ?? 'full'} bytes are not (${counts(large)}): the network between the nodes carries less than ${mtu === undefined ? 'their interfaces say' : `${mtu + 60} bytes`}, and drops what is larger.`,
    advice: 'set the MTU of the nodes’ interfaces to what the network between them carries; the agents follow within ten seconds',
  };
};

/** Whether the pod that is called answers. */
export const delivered = ({ probe, endpoint, to, peer }: PathView): Hop => {
  if (probe === undefined || endpoint === undefined) return unknown('pod', 'nobody could send packets');
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
    ...(to === undefined ? { advice: `run "kubeslice doctor" in cluster ${endpoint.cluster}` } : { remedy: restart(to) }),
  };
};

/** Whether somebody listens on the port. */
export const listened = ({ probe, endpoint, port, service, to }: PathView): Hop => {
  if (port === undefined || endpoint === undefined) return ok('port', 'no port is asked for');
  const answer = probe?.answers[service === undefined ? 0 : 1];
  if (answer === undefined)
    return unknown(
      'port',
      port.protocol === 'TCP' ? 'nobody could call it' : `whether a ${port.protocol} port is listened on cannot be asked from outside`,
    );
  const call = `${endpoint.address}:${port.number}`;
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

/** Whether the other pod reaches back. */
export const returned = ({ back, probe, endpoint }: PathView): Hop => {
  if (back === undefined) {
    // Whoever answers has a way back.
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
