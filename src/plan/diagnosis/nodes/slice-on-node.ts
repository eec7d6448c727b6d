import type { SliceNode } from '../../../api/slicenode/type.ts';
import type { Finding } from '../finding.ts';
import type { NodeFacts, SliceOnNode } from '../node-facts.ts';
import type { AskedNode } from './asked-node.ts';

/** A session of WireGuard ends after this many seconds without a handshake. */
const sessionSeconds = 180;

/** Whether an interface leads to other machines: one with a single address leads to a pod. */
const isUnderlay = ({ addresses }: NodeFacts['links'][number]): boolean =>
  addresses.some((address) => !address.startsWith('127.') && !address.endsWith('/32'));

/** Links of a node that it reports as down. */
const down = (sliceNodes: readonly SliceNode[], slice: string, node: string) =>
  sliceNodes
    .filter(({ spec }) => spec.slice === slice && spec.node === node)
    .flatMap(({ status }) => status?.links?.exceptions ?? [])
    .filter(({ state }) => state === 'Down');

const healed = 'the agent repairs it within ten seconds if it runs';

const objectOf = ({ facts }: AskedNode, { name }: SliceOnNode): string => `slice ${name} on node ${facts.node}`;

/** Faults of the slice's network on the node: its tunnel, route and settings. */
const networkFindings = (node: AskedNode, slice: SliceOnNode): Finding[] => {
  const { facts, sliceNodes } = node;
  const object = objectOf(node, slice);
  const remedy = node.commands.restartAgent(node.agent);
  const finding = (code: Finding['code'], cause: string, evidence: string): Finding => ({
    code,
    severity: 'error',
    object,
    cause,
    evidence,
    remedy,
  });
  if (!slice.present) return [finding('SliceAbsent', `The slice has no network on this node; ${healed}.`, 'no network namespace')];
  const published = sliceNodes.find(({ spec }) => spec.slice === slice.name && spec.node === facts.node)?.status?.publicKey;
  const findings: Finding[] = [];
  if (slice.tunnel === undefined || slice.publicKey === undefined)
    findings.push(
      finding('SliceAbsent', `The slice has no tunnel on this node; ${healed}.`, 'no tunnel interface, or its process is dead'),
    );
  else if (published !== undefined && published !== slice.publicKey)
    findings.push(
      finding(
        'KeyDiffers',
        `The tunnel runs with another key than the one that this node published, so no peer accepts it; ${healed}.`,
        `published ${published}, in use ${slice.publicKey}`,
      ),
    );
  if (slice.tunnel !== undefined && !slice.routes.some((line) => line.startsWith(`${slice.subnet} dev ${slice.tunnel?.name ?? ''}`)))
    findings.push(finding('RouteMissing', `The slice has no route into its tunnel on this node; ${healed}.`, `no route ${slice.subnet}`));
  if (slice.wrongSettings.length > 0)
    findings.push(
      finding(
        'SettingWrong',
        `Kernel settings of the slice are wrong on this node; ${healed}.`,
        `should be ${slice.wrongSettings.join(', ')}`,
      ),
    );
  const narrowest = Math.min(...facts.links.filter(isUnderlay).map(({ mtu }) => mtu));
  if (slice.tunnel !== undefined && Number.isFinite(narrowest) && slice.tunnel.mtu + 60 > narrowest)
    findings.push({
      ...finding(
        'LinkTooNarrow',
        `The slice carries packets of ${slice.tunnel.mtu} bytes and the network of the node ${narrowest}, of which the tunnel needs 60: large packets are lost or divided.`,
        `MTU ${slice.tunnel.mtu} inside, ${narrowest} outside`,
      ),
      severity: 'warning',
    });
  return findings;
};

/** Links that the node reports as down. */
const linkFindings = (node: AskedNode, slice: SliceOnNode): Finding[] =>
  down(node.sliceNodes, slice.name, node.facts.node).map((link) => {
    const peer = slice.peers.find(({ name }) => name === link.peer);
    const age = peer?.handshakeAge;
    const over = age === undefined || age > sessionSeconds;
    return {
      code: 'LinkDown',
      severity: 'error',
      object: `${objectOf(node, slice)}, link to ${link.peer}`,
      cause: over
        ? 'The other node answers no handshakes: it is off, UDP packets are dropped on the path, or it has another key.'
        : 'The other node answered handshakes a moment ago and answers probes no more: it is off, or packets are dropped on the path.',
      evidence: `${link.reason}; last handshake ${age === undefined ? 'never' : `${age} s ago`}${peer === undefined ? '' : `, sent ${peer.sentBytes} bytes, received ${peer.receivedBytes}, to ${peer.endpoint ?? 'no known address'}`}`,
      advice: `see whether node ${link.peer} is on; let the two nodes exchange UDP 51820-51899`,
    };
  });

/** Pods that run without a working interface in the slice. */
const podFindings = (node: AskedNode, slice: SliceOnNode): Finding[] =>
  slice.pods
    .filter(
      ({ running, address, interface: own, routed }) => running && !(own?.up === true && own.addresses.includes(`${address}/32`) && routed),
    )
    .map((pod) => ({
      code: 'PodNotAttached',
      severity: 'error',
      object: `pod ${pod.namespace}/${pod.name}`,
      cause: `The pod has no working interface in slice ${slice.name}; ${healed}.`,
      evidence:
        pod.interface === undefined
          ? 'no interface slice0'
          : `slice0 has ${pod.interface.addresses.join(', ') || 'no address'}, route ${pod.routed ? 'there' : 'missing'}`,
      remedy: node.commands.restartAgent(node.agent),
    }));

/** Faults of a slice on a node: its network, its links and the interfaces of its pods; without a network nothing else is checked. */
export const sliceOnNodeFindings = (node: AskedNode, slice: SliceOnNode): Finding[] => {
  const found = networkFindings(node, slice);
  return slice.present ? [...found, ...linkFindings(node, slice), ...podFindings(node, slice)] : found;
};
