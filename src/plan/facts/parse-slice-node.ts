import type { SliceNode } from '../../api/slicenode/type.ts';
import { formatCidr } from '../../values/address/cidr.ts';
import { readIp } from '../../values/address/ip.ts';
import { tunnelPorts } from '../../values/ports.ts';
import { askedDrivers } from '../../values/tunnel-driver.ts';
import { blockField, countField, enumField, labelField, subnetField, uidField } from './fields.ts';
import type { SliceDecisions, SliceFacts } from './node-state.ts';

/** The facts of a slice in a SliceNode; its members come from other objects. */
export type SliceNodeFacts = Omit<SliceFacts, 'namespaces' | 'peers' | 'access'>;

/**
 * Reads the spec of a SliceNode; throws `InvalidInput` with the first invalid field.
 *
 * @param nodeAddresses of this node: a slice must not route them into its tunnel
 */
export const parseSliceNode = ({ spec }: SliceNode, nodeAddresses: readonly string[]): SliceNodeFacts => {
  const subnet = subnetField('spec.sliceSubnet', spec.sliceSubnet, nodeAddresses);
  return {
    name: labelField('spec.slice', spec.slice),
    uid: uidField('spec.sliceUID', spec.sliceUID),
    subnet: formatCidr(subnet),
    blocks: spec.blocks.map((block, at) => blockField(`spec.blocks[${at}]`, block, subnet)),
    driver: enumField('spec.driver', spec.driver, askedDrivers),
    ...(spec.idle === true ? { idle: true } : {}),
    ...(spec.withdrawnThrough === undefined ? {} : { withdrawnThrough: countField('spec.withdrawnThrough', spec.withdrawnThrough) }),
    ...(spec.certificate === undefined ? {} : { certificate: spec.certificate }),
  };
};

/** The decisions in a SliceNode's status; undefined when the status contains none that the node can have made. */
export const parseDecisions = ({ spec, status }: SliceNode): SliceDecisions | undefined => {
  if (status?.port === undefined || !tunnelPorts.includes(status.port)) return undefined;
  const leases = Object.entries(status.pods ?? {}).flatMap(([uid, { address }]) =>
    uid === '__proto__' || readIp(address) === undefined ? [] : [[uid, address] as const],
  );
  // A revision that this node published, or that the worker confirmed, is never used again.
  const revision = Math.max(status.podsRevision ?? 0, spec.withdrawnThrough ?? 0);
  return { uid: spec.sliceUID, port: status.port, leases: Object.fromEntries(leases), freed: {}, ...(revision > 0 ? { revision } : {}) };
};
