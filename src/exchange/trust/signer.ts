import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Root } from '../../identity/root.ts';
import { statementSigner } from '../../identity/spiffe.ts';
import { clockSkewMs, signerLifetimeMs, statementLifetimeMs } from './lifetime.ts';

/** The signer of a statement, and when it could sign: milliseconds since 1970. */
export interface Signer {
  readonly publicKey: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * The signer that a chain names: the authority itself, or one certificate below it. A phrase states why there is none.
 * The authority must have issued the certificate. The certificate must have an ECDSA P-256 key, must not be an authority, must name the cluster's
 * signer of statements and nothing else, and must be valid for at most {@link signerLifetimeMs}. Statements must be issued while it is valid, so a
 * stolen key is worthless once the last statement that it could sign has expired.
 */
export const signerOf = (chain: readonly string[], root: Root): Signer | string => {
  const [leaf] = chain;
  // An authority stays valid if the clock of its cluster was set back after the authority was made.
  if (leaf === undefined) return { ...root, notBefore: root.notBefore - statementLifetimeMs };
  if (chain.length > 1) return 'has a chain of more than one certificate';
  const known = root.below?.get(leaf);
  if (known !== undefined) return known as Signer;
  try {
    const signer = leafSigner(new X509Certificate(leaf), root);
    // A text is a refusal, which is not remembered: the author of a false certificate makes as many as it likes.
    if (typeof signer !== 'string' && root.below !== undefined) {
      if (root.below.size >= mostRemembered) root.below.clear();
      root.below.set(leaf, signer);
    }
    return signer;
  } catch {
    // Some faults of a certificate show only when its key is read.
    return 'has a chain that is no certificate';
  }
};

/** Maximum number of signers that are remembered of one authority; it has two each day, and one for each start of a worker and slice. */
const mostRemembered = 256;

const leafSigner = (certificate: X509Certificate, root: Root): Signer | string => {
  const { publicKey } = certificate;
  const [notBefore, notAfter] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  const id = statementSigner(root.cluster, root.project);
  if (!certificate.checkIssued(new X509Certificate(root.certificate)) || !certificate.verify(root.publicKey))
    return `has a certificate that the authority ${root.fingerprint} did not issue`;
  if (certificate.ca) return 'is signed with a certificate for an authority, which may not sign statements';
  if (publicKey.asymmetricKeyType !== 'ec' || publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    return 'is signed with a key that is not ECDSA P-256';
  if (certificate.subjectAltName !== `URI:${id}`) return `is signed by ${certificate.subjectAltName ?? 'nobody'} and not by ${id}`;
  if (notAfter - notBefore > signerLifetimeMs + 2 * clockSkewMs) return 'is signed with a certificate that is valid for more than a day';
  return { publicKey, notBefore, notAfter };
};
