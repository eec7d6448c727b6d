import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { AuthorityFiles } from './authority.ts';
import { trustDomain } from './spiffe.ts';

/** Years for which an authority is valid. It is rotated long before, with a statement of the old authority. */
export const authorityYears = 10;

/**
 * Makes the authority of a cluster: an ECDSA P-256 key and a self-signed certificate for the cluster's trust domain (SPIFFE X509-SVID §3: a signing
 * certificate names the trust domain as URI and may sign certificates; ours signs statements too).
 * It is called once, at join; the result stays in the member cluster. `now` is in milliseconds since 1970; `random` supplies the serial number. Only
 * this file loads the X.509 library, which is slow to load: import it only where an authority is made.
 */
export const createAuthority = async (
  owner: { readonly cluster: string; readonly project: string },
  now: number,
  random: (bytes: number) => Uint8Array,
): Promise<AuthorityFiles> => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + authorityYears);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // Serial numbers are positive (RFC 5280 §4.1.2.2), so the first bit is cleared.
      serialNumber: Buffer.from(random(16).map((byte, index) => (index === 0 ? (byte & 0x7f) | 1 : byte))).toString('hex'),
      name: `CN=${owner.cluster},OU=${owner.project},O=KubeSlice`,
      notBefore: new Date(now - 5 * 60_000),
      notAfter,
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: trustDomain(owner.cluster, owner.project) }]),
      ],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  return {
    certificate: `${certificate.toString('pem').trim()}\n`,
    privateKey: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
  };
};
