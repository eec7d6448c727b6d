import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { isIdentityKey } from '../../values/identity-key.ts';
import { decodeBase64, encodeBase64 } from '../../values/text/base64.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';

/** The key by which a node proves who it is, of ECDSA P-256. The private half never leaves the node. */
export interface NodeKey {
  /** As `isIdentityKey` describes it. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** What a proof of the key is bound to: it is worth nothing for another node, another slice or another tunnel. */
export interface NodeKeyUse {
  readonly node: string;
  readonly sliceUID: string;
  /** WireGuard public key of the node in the slice. */
  readonly tunnelKey: string;
}

/** The public half of a node's key, and the proof that the node has the private half. */
export interface ProvedNodeKey {
  readonly publicKey: string;
  /** Base64 of the 64 bytes r ‖ s of ECDSA P-256 with SHA-256. */
  readonly proof: string;
}

const keyOf = (privateKey: KeyObject): NodeKey => ({
  publicKey: encodeBase64(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })),
  privateKey,
});

/** A new key, and its private half as PKCS #8 PEM. */
export const createNodeKey = (): { readonly key: NodeKey; readonly pem: string } => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key: keyOf(privateKey), pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
};

/** Reads a private key that {@link createNodeKey} made; undefined for every other text. */
export const openNodeKey = (pem: string): NodeKey | undefined => {
  try {
    const key = keyOf(createPrivateKey(pem));
    return isIdentityKey(key.publicKey) ? key : undefined;
  } catch {
    return undefined;
  }
};

/** The signed text. Its first field distinguishes it from everything else that a node signs. */
const proofText = (publicKey: string, { node, sliceUID, tunnelKey }: NodeKeyUse): Buffer =>
  Buffer.from(canonicalJson({ purpose: 'kubeslice node key 1', node, sliceUID, tunnelKey, publicKey }), 'utf8');

/** The public key with the proof for this use. */
export const proveNodeKey = ({ publicKey, privateKey }: NodeKey, use: NodeKeyUse): ProvedNodeKey => ({
  publicKey,
  proof: encodeBase64(sign('sha256', proofText(publicKey, use), { key: privateKey, dsaEncoding: 'ieee-p1363' })),
});

/** Whether the holder of the private key made the proof for exactly this use. */
export const isNodeKeyProved = ({ publicKey, proof }: ProvedNodeKey, use: NodeKeyUse): boolean => {
  const signature = proof.length > 128 ? undefined : decodeBase64(proof);
  if (signature?.length !== 64 || !isIdentityKey(publicKey)) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify('sha256', proofText(publicKey, use), { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    // The point is not one of the curve.
    return false;
  }
};
