import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Authority, AuthorityFiles } from './authority.ts';
import { certificateSkewMs } from './node/node-certificate.ts';
import { statementSigner } from './spiffe.ts';
import { certificateOf, distinguishedName, extensions, subjectOf, uriName } from './x509/certificate.ts';

/** How long a certificate that signs statements is valid, in milliseconds. It is replaced when half of that is over. */
export const signerMs = 24 * 3_600_000;

/**
 * Makes a key and a certificate that signs statements for a cluster's authority, so that the program that reaches the hub does not need the
 * authority's own key. ECDSA P-256, valid for 24 hours from `now` (milliseconds since 1970); `random` supplies the serial number.
 */
export const createSigner = (
  authority: Authority,
  now: number,
  random: (bytes: number) => Uint8Array,
  name = statementSigner(authority.cluster, authority.project),
): AuthorityFiles => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = certificateOf(
    {
      serial: random(16),
      issuer: subjectOf(authority.certificate),
      subject: distinguishedName({ commonName: 'statements', organizationalUnit: authority.project, organization: 'KubeSlice' }),
      notBefore: now - certificateSkewMs,
      notAfter: now + signerMs,
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      extensions: [extensions.notAuthority, extensions.signsOnly, extensions.names(uriName(name))],
    },
    (bytes) => authority.sign(bytes),
  );
  return { certificate, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
};

/** Signs statements under a certificate below the authority. */
export interface StatementSigner {
  /** PEM. */
  readonly certificate: string;
  /** ECDSA P-256 with SHA-256, as the 64 bytes r ‖ s of IEEE P1363. */
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * The signer of an authority's statements at a time, in milliseconds since 1970: the same one until half of its time is over, or until a clock is set
 * back to before its time. Its key is in the memory of this program alone.
 */
export const createSigners = (authority: Authority, random: (bytes: number) => Uint8Array): ((now: number) => StatementSigner) => {
  let present: (StatementSigner & { readonly from: number }) | undefined;
  return (now) => {
    if (present !== undefined && now >= present.from && now - present.from < signerMs / 2) return present;
    const { certificate, privateKey } = createSigner(authority, now, random);
    const key = createPrivateKey(privateKey);
    present = { certificate, from: now, sign: (bytes) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }) };
    return present;
  };
};
