import type { SliceNode } from '../../../api/slicenode/type.ts';
import { isNodeKeyProved } from '../../../identity/node/node-key.ts';

/** The key by which a node proves who it is, or why it is not used; undefined when the agent published none, as older ones do. */
export const identityOf = ({
  spec: { node, sliceUID },
  status,
}: Pick<SliceNode, 'spec' | 'status'>): { readonly publicKey: string } | { readonly refused: string } | undefined => {
  if (status?.identity === undefined || status.publicKey === undefined) return undefined;
  if (isNodeKeyProved(status.identity, { node, sliceUID, tunnelKey: status.publicKey })) return { publicKey: status.identity.publicKey };
  return {
    refused: `The agent of node "${node}" published an identity key without proof that it holds the private key; the key is not used, and the node gets no certificate.`,
  };
};
