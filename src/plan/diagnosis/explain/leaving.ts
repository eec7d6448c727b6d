import { containsIp, readCidr } from '../../../values/address/cidr.ts';
import { readIp } from '../../../values/address/ip.ts';
import { commandsFor } from '../finding.ts';
import { sliceOf } from './ends.ts';
import { ok, restartAgent, unknown } from './hop.ts';
import type { Hop, PathView } from './path-view.ts';

/** Whether an address is in one of the blocks. */
export const isIn = (address: string, blocks: readonly string[]): boolean => {
  const ip = readIp(address);
  return ip !== undefined && blocks.map(readCidr).some((cidr) => 'base' in cidr && containsIp(cidr, ip));
};

/** Whether a node with the address is known. */
export const addressed = ({ endpoint, peer, from }: PathView): Hop => {
  if (endpoint === undefined) return unknown('address', 'there is no address to call');
  const local = from.sliceNodes.find(({ spec }) => isIn(endpoint.address, spec.blocks));
  if (peer !== undefined)
    return ok(
      'address',
      `${endpoint.address} is of node ${peer.spec.cluster}/${peer.spec.node}, which is at ${peer.spec.endpoints[0]?.address ?? 'no known address'}`,
    );
  if (local !== undefined) return ok('address', `${endpoint.address} is of node ${local.spec.node} of this cluster`);
  if (sliceOf(from) === undefined) return unknown('address', 'the pod that calls is in no slice');
  return {
    hop: 'address',
    state: 'broken',
    object: `address ${endpoint.address}`,
    text: `No node is known that has ${endpoint.address}: the worker has no verified statement of a node of cluster ${endpoint.cluster} with that address.`,
    remedy: commandsFor(from.contexts).kubectl('kubeslice-system', 'get slicepeers,slicenodes'),
  };
};

/** Whether packets of the pod enter the tunnel. */
export const routed = ({ probe, from, endpoint }: PathView): Hop => {
  if (probe === undefined || endpoint === undefined) return unknown('route', 'no packets could be sent from the pod');
  const object = `pod ${from.asked}`;
  if (!probe.present)
    return { hop: 'route', state: 'broken', object, text: 'The pod or its slice has no network on the node.', remedy: restartAgent(from) };
  if (probe.podRoute?.includes(' dev slice0') !== true)
    return {
      hop: 'route',
      state: 'broken',
      object,
      text: `The pod sends packets for ${endpoint.address} elsewhere: ${probe.podRoute ?? 'it has no route'}.`,
      remedy: restartAgent(from),
    };
  if (probe.sliceRoute === undefined || /unreachable/.test(probe.sliceRoute))
    return {
      hop: 'route',
      state: 'broken',
      object: `slice ${sliceOf(from)?.metadata.name ?? ''}`,
      text: `The slice has no route to ${endpoint.address} on the node of the pod.`,
      remedy: restartAgent(from),
    };
  if (probe.leftPod === 0)
    return {
      hop: 'route',
      state: 'broken',
      object,
      text: `No packet left the pod by slice0, of ${probe.target.sent + probe.targetLarge.sent} that were sent.`,
      remedy: restartAgent(from),
    };
  return ok('route', `${probe.leftPod} packets left the pod by slice0 and ${probe.tunnelSent} went on: ${probe.sliceRoute}`);
};
