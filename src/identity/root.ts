import { type KeyObject, X509Certificate } from 'node:crypto';
import { Failure } from '../values/failure.ts';
import { certificateFingerprint } from './fingerprint.ts';
import { trustDomain } from './spiffe.ts';

/** The authority of a cluster as others know it: it verifies the cluster's statements. */
export interface Root {
  readonly cluster: string;
  readonly project: string;
  /** PEM, unchanged. */
  readonly certificate: string;
  readonly fingerprint: string;
  readonly publicKey: KeyObject;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /**
   * What was read of certificates below this authority, by PEM: all statements of some hours have the same one. Absent where nothing is remembered.
   * Values belong to who reads them.
   */
  readonly below?: Map<string, unknown>;
}

/** The cluster to which an authority must belong. */
export interface RootOwner {
  readonly cluster: string;
  readonly project: string;
}

/**
 * Reads the certificate of a cluster's authority.
 * Throws `StatementRefused`, with the reason, unless it is exactly one self-signed ECDSA P-256 authority for the trust domain of this cluster and
 * project: an authority for something else must not be pinned by mistake.
 */
export const readRoot = (certificate: string, owner: RootOwner): Root => {
  const refuse = (why: string, cause?: unknown): never => {
    throw new Failure(
      'StatementRefused',
      `The authority certificate of cluster "${owner.cluster}" ${why}; join the cluster again to publish its own.`,
      { cause },
    );
  };
  if (certificate.length > 8192) refuse('is larger than a certificate');
  if (certificate.split('-----BEGIN ').length !== 2) refuse('is not exactly one certificate in PEM form');
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch (cause) {
    return refuse('cannot be read', cause);
  }
  const { publicKey } = parsed;
  const id = trustDomain(owner.cluster, owner.project);
  if (publicKey.asymmetricKeyType !== 'ec' || publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') refuse('has no ECDSA P-256 key');
  if (!parsed.ca) refuse('is not that of an authority');
  if (parsed.subjectAltName !== `URI:${id}`) refuse(`is for ${parsed.subjectAltName ?? 'nobody'} and not for ${id}`);
  if (!parsed.verify(publicKey)) refuse('is not signed by itself');
  return {
    cluster: owner.cluster,
    project: owner.project,
    certificate,
    fingerprint: certificateFingerprint(parsed),
    publicKey,
    notBefore: parsed.validFromDate.getTime(),
    notAfter: parsed.validToDate.getTime(),
  };
};
