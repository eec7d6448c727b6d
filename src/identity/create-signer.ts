import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { AuthorityFiles } from './authority.ts';
import { statementSigner } from './spiffe.ts';

/** Hours for which a certificate that signs statements is valid. */
const signerHours = 24;

/**
 * Makes a key and a certificate that signs statements for a cluster's authority, so that the program that reaches the hub does not need the
 * authority's own key. ECDSA P-256, valid for 24 hours from `now` (milliseconds since 1970); `random` supplies the serial number.
 */
export const createSigner = async (
  authority: AuthorityFiles,
  owner: { readonly cluster: string; readonly project: string },
  now: number,
  random: (bytes: number) => Uint8Array,
  name = statementSigner(owner.cluster, owner.project),
): Promise<AuthorityFiles> => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const issuer = new x509.X509Certificate(authority.certificate);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      // Serial numbers are positive (RFC 5280 §4.1.2.2), so the first bit is cleared.
      serialNumber: Buffer.from(random(16).map((byte, index) => (index === 0 ? (byte & 0x7f) | 1 : byte))).toString('hex'),
      subject: `CN=statements,OU=${owner.project},O=KubeSlice`,
      issuer: issuer.subject,
      notBefore: new Date(now),
      notAfter: new Date(now + signerHours * 3_600_000),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(authority.privateKey), algorithm, false, [
        'sign',
      ]),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: name }]),
      ],
    },
    webcrypto,
  );
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: `${certificate.toString('pem').trim()}\n`, privateKey: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` };
};
