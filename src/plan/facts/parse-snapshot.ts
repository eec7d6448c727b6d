import { Failure } from '../../values/failure.ts';
import { tunnelPorts } from '../../values/ports.ts';
import { isDnsLabel } from '../../values/text/names.ts';
import type { AccessGroup } from '../policy/access.ts';
import { parseAccess, peerIdentities } from './access-facts.ts';
import type { NodeDecisions, PeerFacts, SliceFacts, Snapshot } from './node-state.ts';
import { parseSliceNode } from './parse-slice-node.ts';
import { parseSlicePeer } from './parse-slice-peer.ts';

const object = { apiVersion: '', kind: '', metadata: { name: '' } };

const sliceOf = (slice: SliceFacts, node: string, addresses: readonly string[]): SliceFacts[] => {
  const { name, uid, subnet, blocks, driver, namespaces, withdrawnThrough, certificate, idle } = slice;
  const spec = {
    slice: name,
    sliceUID: uid,
    node,
    sliceSubnet: subnet,
    blocks: [...blocks],
    driver,
    withdrawnThrough,
    ...(certificate === undefined ? {} : { certificate }),
    idle,
  };
  const { access } = slice;
  return readable(() => {
    const read = parseSliceNode({ ...object, spec }, addresses);
    const peers = slice.peers.flatMap((peer) => peerOf(peer, name, read.subnet));
    return [
      { ...read, namespaces: namespaces.filter(isDnsLabel), peers, ...(access === undefined ? {} : { access: parseAccess(access) }) },
    ];
  });
};

const peerOf = (peer: PeerFacts, slice: string, subnet: string): PeerFacts[] => {
  const { endpoints, blocks, pods, ...rest } = peer;
  const spec = { ...rest, slice, endpoints: [...endpoints], blocks: [...blocks], serial: 0 };
  return readable(() => {
    const read = parseSlicePeer({ ...object, spec }, subnet);
    const identities = (pods ?? []).flatMap((group) =>
      peerIdentities({ pods: [stated(group)], labelKeys: [...(group.labelKeys ?? [])] }, read.blocks),
    );
    return [{ ...read, ...(identities.length === 0 ? {} : { pods: identities }) }];
  });
};

const stated = ({ namespace, serviceAccount, labels, addresses }: AccessGroup) => ({
  namespace,
  serviceAccount,
  labels: { ...labels },
  addresses: [...addresses],
});

const readable = <T>(read: () => T[]): T[] => {
  try {
    return read();
  } catch (error) {
    if (Failure.is(error, 'InvalidInput')) return [];
    throw error;
  }
};

/** A path of a network namespace, as one argument of a command. */
export const isNetnsPath = (path: string): boolean => path.length <= 255 && /^(\/[A-Za-z0-9_.-]+)+$/.test(path) && !path.includes('/..');

/**
 * Reads a snapshot of a node with the checks for objects of its API server: an older version may have written it with fewer checks. Invalid parts are
 * dropped; undefined when it belongs to another node or has another format.
 */
export const parseSnapshot = (text: string, node: string): Snapshot | undefined => {
  try {
    const { version, facts, decisions, podNetns } = JSON.parse(text) as Snapshot;
    if (version !== 1 || facts.node !== node) return undefined;
    const usable: NodeDecisions = Object.fromEntries(
      Object.entries(decisions).filter(([, { port }]) => port === undefined || tunnelPorts.includes(port)),
    );
    return {
      version,
      facts: { ...facts, slices: facts.slices.flatMap((slice) => sliceOf(slice, node, facts.addresses)) },
      decisions: usable,
      podNetns: Object.fromEntries(Object.entries(podNetns).filter(([, path]) => isNetnsPath(path))),
    };
  } catch (error) {
    // Not JSON, or JSON of another form.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
};
