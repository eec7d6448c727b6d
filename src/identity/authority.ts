import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Rotation } from '../api/rotations.ts';
import { Failure } from '../values/failure.ts';
import { type Root, readRoot } from './root.ts';

/** An authority as a Secret stores it. */
export interface AuthorityFiles {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8 PEM. Never leaves the member cluster. */
  readonly privateKey: string;
  /** How it came after the earlier authorities of the cluster, the latest last; absent when there were none. */
  readonly rotations?: readonly Rotation[];
  /** Certificate (PEM) with which the cluster joined; absent when it is still the present one. */
  readonly joined?: string;
}

/** The authority of this cluster, able to sign. */
export interface Authority extends Root {
  /** How it came after the earlier authorities of the cluster, the latest last. */
  readonly rotations: readonly Rotation[];
  /** ECDSA P-256 with SHA-256, as the 64 bytes r ‖ s of IEEE P1363: a fixed size, and no two encodings of one signature. */
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * Opens the authority of a cluster.
 * Throws `StatementRefused` for a certificate that {@link readRoot} refuses, and `InvalidInput` for a key that does not belong to the certificate:
 * its signatures could not be verified.
 */
export const openAuthority = (files: AuthorityFiles, owner: { readonly cluster: string; readonly project: string }): Authority => {
  const root = readRoot(files.certificate, owner);
  const key = readKey(files.privateKey);
  const authority: Authority = {
    ...root,
    rotations: files.rotations ?? [],
    sign: (bytes) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  };
  if (!root.publicKey.equals(createPublicKey(key))) {
    throw new Failure(
      'InvalidInput',
      `The key of the authority of cluster "${owner.cluster}" does not fit its certificate; restore both from the same copy, or join again.`,
    );
  }
  return authority;
};

const readKey = (pem: string): KeyObject => {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new Failure('InvalidInput', 'The key of the authority is not a private key in PEM form; restore it from a copy, or join again.', {
      cause,
    });
  }
};
