import { X509Certificate } from 'node:crypto';
import { Failure } from '../values/failure.ts';
import { sha256Hex } from '../values/text/hash.ts';

/**
 * The fingerprint of a certificate (PEM) as people compare it: `sha256:` and 64 hexadecimal digits of SHA-256 over its DER form.
 * Throws `InvalidInput` when the text is not a certificate.
 */
export const fingerprintOf = (certificate: string): string => {
  try {
    return certificateFingerprint(new X509Certificate(certificate));
  } catch (cause) {
    throw new Failure(
      'InvalidInput',
      'The text is not a certificate in PEM form; give the whole text from BEGIN CERTIFICATE to END CERTIFICATE.',
      { cause },
    );
  }
};

/** The fingerprint of a parsed certificate. */
export const certificateFingerprint = (certificate: X509Certificate): string =>
  `sha256:${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`;

/** The fingerprint of a public key, given as the base64 of its SubjectPublicKeyInfo, in the same form. */
export const keyFingerprint = (publicKey: string): string => `sha256:${sha256Hex(Buffer.from(publicKey, 'base64'))}`;
