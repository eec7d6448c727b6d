import type { PeerFields } from '../../api/slicepeer/type.ts';
import { parseCidr } from '../../values/address/cidr.ts';
import { peerIdentities } from './access-facts.ts';
import {
  blockField,
  identityKeyField,
  keyField,
  labelField,
  portField,
  sliceAddressField,
  subdomainField,
  underlayAddressField,
} from './fields.ts';
import type { PeerFacts } from './node-state.ts';

/**
 * Reads a SlicePeer, or what a cluster stated; throws `InvalidInput` with the first invalid field.
 *
 * @param subnet of the slice, from its SliceNode
 */
export const parseSlicePeer = ({ spec }: { readonly spec: PeerFields }, subnet: string): PeerFacts => {
  const network = parseCidr(subnet);
  const blocks = spec.blocks.map((block, at) => blockField(`spec.blocks[${at}]`, block, network));
  const pods = peerIdentities(spec, blocks);
  return {
    cluster: labelField('spec.cluster', spec.cluster),
    node: subdomainField('spec.node', spec.node),
    publicKey: keyField('spec.publicKey', spec.publicKey),
    ...(spec.identityKey === undefined ? {} : { identityKey: identityKeyField('spec.identityKey', spec.identityKey) }),
    ...(spec.bindsKeys === true ? { bindsKeys: true as const } : {}),
    ...(spec.tunnel === 'IPsec' ? { tunnel: spec.tunnel } : {}),
    endpoints: spec.endpoints.map(({ address, port }, at) => ({
      address: underlayAddressField(`spec.endpoints[${at}].address`, address, network),
      port: portField(`spec.endpoints[${at}].port`, port),
    })),
    blocks,
    router: sliceAddressField('spec.router', spec.router, network),
    ...(pods.length === 0 ? {} : { pods }),
  };
};
