import { createHash, type KeyObject, type X509Certificate } from 'node:crypto';
import type { ConnectionOptions, TLSSocket, TLSSocketOptions } from 'node:tls';
import { encodeBase64 } from '../../values/text/base64.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { type CertificateOwner, certificateSkewMs, readNodeCertificate } from './node-certificate.ts';

/** This node, as it authenticates itself to other nodes of a slice. */
export interface OwnNode {
  readonly privateKey: KeyObject;
  /** Its certificate, PEM. */
  readonly certificate: string;
  /** Milliseconds since 1970 until which the certificate is valid. */
  readonly notAfter: number;
  /** WireGuard public key in the slice. */
  readonly tunnelKey: string;
}

/** Another node of the slice, by the statement of its cluster. */
export interface StatedNode extends CertificateOwner {
  /** As `isIdentityKey` describes it. */
  readonly identityKey: string;
  /** WireGuard public key in the slice. */
  readonly tunnelKey: string;
}

/** A pre-shared key that only the two ends of one mutual TLS session have. */
export interface BoundKey {
  /** Base64 of 32 bytes. */
  readonly presharedKey: string;
  /** Milliseconds since 1970: the end of the certificate that ends first. */
  readonly notAfter: number;
}

/**
 * Options for either end of a session between two nodes: TLS 1.3 with certificates on both sides. Neither end verifies the certificate by these
 * options; {@link authenticated} does, by the pinned authority of the other cluster.
 */
export const sessionOptions = ({
  privateKey,
  certificate,
}: OwnNode): TLSSocketOptions & Pick<ConnectionOptions, 'checkServerIdentity'> => ({
  key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  cert: certificate,
  minVersion: 'TLSv1.3',
  requestCert: true,
  // A session that is resumed would not show the certificate again.
  ticketKeys: undefined,
  rejectUnauthorized: false,
  checkServerIdentity: () => undefined,
});

/**
 * The end of the other node's certificate, in milliseconds since 1970, when the session is with exactly the stated node: its authority issued the
 * certificate, for this node and the stated key, and it is valid at `now`. Otherwise a phrase that states why not.
 */
export const authenticated = (session: TLSSocket, { identityKey, ...owner }: StatedNode, now: number): number | string => {
  const shown: X509Certificate | undefined = session.getPeerX509Certificate();
  if (shown === undefined) return 'shows no certificate';
  const read = readNodeCertificate(shown.toString(), owner);
  if (typeof read === 'string') return `shows a certificate that ${read}`;
  if (read.publicKey !== identityKey) return 'shows a certificate for another key than the one that its cluster stated';
  if (now < read.notBefore - certificateSkewMs) return 'shows a certificate that is not valid yet';
  if (now > read.notAfter + certificateSkewMs) return 'shows a certificate that has expired';
  return read.notAfter;
};

/**
 * The key that both ends derive from the session (RFC 8446 §7.5, keying material exporter). It is bound to both tunnel keys and to the slice, so that a
 * session for one tunnel is worth nothing for another.
 */
export const boundKeyOf = (session: TLSSocket, tunnelKeys: readonly [string, string], sliceUID: string): string => {
  const context = createHash('sha256')
    .update(canonicalJson({ tunnelKeys: tunnelKeys.toSorted(), sliceUID }))
    .digest();
  return encodeBase64(session.exportKeyingMaterial(32, 'EXPORTER-kubeslice-psk-v1', context));
};
