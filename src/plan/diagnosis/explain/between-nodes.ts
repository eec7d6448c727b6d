import { commandsFor } from '../finding.ts';
import { sliceOf } from './ends.ts';
import { counts, ok, restartAgent, unknown } from './hop.ts';
import type { End, Hop, PathView } from './path-view.ts';

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

/** Whether the other node is reachable through the tunnel, and if not, whether it is outside of it. */
export const tunnelled = ({ probe, peer, from, to }: PathView): Hop => {
  if (probe === undefined || !probe.present) return unknown('tunnel', 'no packets could be sent');
  if (peer === undefined || probe.router === undefined)
    return ok('tunnel', 'both pods are on one node or in one cluster, and no other cluster is on the path');
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
      remedy: restartAgent(from),
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
    text: `Node ${name} answers outside of the tunnel (${probe.underlay === undefined ? '?' : counts(probe.underlay)}) and not through it (${handshake}): UDP packets of the tunnel are dropped on the path, or the other end has another key.`,
    advice,
  };
};

/** Whether packets of the slice's MTU arrive. */
export const sized = ({ probe, endpoint, from }: PathView): Hop => {
  if (probe === undefined || endpoint === undefined) return unknown('size', 'no packets could be sent');
  const [small, large] =
    probe.router === undefined ? [probe.target, probe.targetLarge] : [probe.router, probe.routerLarge ?? probe.targetLarge];
  if (small.answered === 0) return unknown('size', 'no packet of any size is answered');
  const mtu = from.facts?.slices.find(({ name }) => name === sliceOf(from)?.metadata.name)?.tunnel?.mtu;
  if (large.answered > 0) return ok('size', `packets of ${mtu ?? 'the full'} bytes are answered, ${counts(large)}`);
  return {
    hop: 'size',
    state: 'broken',
    object: 'network between the nodes',
    text: `Small packets are answered (${counts(small)}) and those of ${mtu ?? 'full'} bytes are not (${counts(large)}): the network between the nodes carries less than ${mtu === undefined ? 'the MTU of their interfaces' : `${mtu + 60} bytes`}, and drops what is larger.`,
    advice: 'set the MTU of the nodes’ interfaces to what the network between them carries; the agents follow within ten seconds',
  };
};
