import { generateKeyPairSync, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { certificateOf, distinguishedName, dnsName, extensions, ipv4Name } from './x509/certificate.ts';

/** A self-signed certificate and its key, both as PEM. */
export interface SelfSigned {
  readonly certificate: string;
  readonly privateKey: string;
}

const day = 86_400_000;

/**
 * A key (ECDSA P-256) and a certificate for a server (RFC 5280) that live as long as the process and are never stored. They hide the traffic from
 * eavesdroppers; they do not authenticate the server. `random` supplies the serial number; `now` is in milliseconds since 1970.
 * @param address IPv4 address of the server, for the subject alternative name.
 */
export const createSelfSigned = (
  name: string,
  address: string | undefined,
  now: number,
  random: (bytes: number) => Uint8Array,
): SelfSigned => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = distinguishedName({ commonName: name });
  const names = [dnsName(name), ...(address !== undefined && isIPv4(address) ? [ipv4Name(address)] : [])];
  const certificate = certificateOf(
    {
      serial: random(16),
      issuer: subject,
      subject,
      notBefore: now - day,
      notAfter: now + 3_650 * day,
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      extensions: [extensions.names(...names)],
    },
    (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  );
  return { certificate, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
};
