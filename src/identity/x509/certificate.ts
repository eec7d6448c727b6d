import { X509Certificate } from 'node:crypto';
import { certificateTime, elementsOf, integer, oid, sequence, tlv, utf8 } from './der.ts';

/** ECDSA with SHA-256 (RFC 5758 §3.2). */
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

const nameParts = { commonName: '550403', organizationalUnit: '55040b', organization: '55040a' } as const;

/** A distinguished name of the given parts, in their order. */
export const distinguishedName = (parts: { readonly [Part in keyof typeof nameParts]?: string }): Buffer =>
  sequence(
    ...(Object.keys(nameParts) as (keyof typeof nameParts)[]).flatMap((part) =>
      parts[part] === undefined ? [] : [tlv(0x31, sequence(oid(nameParts[part]), utf8(parts[part])))],
    ),
  );

/** The subject of a certificate (PEM), as an issuer is named in the certificates that it issues. */
export const subjectOf = (certificate: string): Buffer => {
  const [content] = elementsOf(new X509Certificate(certificate).raw);
  // RFC 5280 §4.1: version, serialNumber, signature, issuer, validity, subject. Every certificate with extensions has a version.
  const subject = content === undefined ? undefined : elementsOf(content)[5];
  if (subject === undefined) throw new RangeError('A certificate has no subject.');
  return Buffer.from(subject);
};

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [tlv(0x01, Buffer.of(0xff))] : []), tlv(0x04, value));

/** Extensions of RFC 5280 §4.2.1. */
export const extensions = {
  /** The subject is no authority. */
  notAuthority: extension('551d13', true, sequence()),
  /** The subject is an authority. */
  authority: extension('551d13', true, sequence(tlv(0x01, Buffer.of(0xff)))),
  /** The key signs certificates, and everything else that an authority signs. */
  signsCertificates: extension('551d0f', true, tlv(0x03, Buffer.of(2, 0x84))),
  /** The key signs, and does nothing else. */
  signsOnly: extension('551d0f', true, tlv(0x03, Buffer.of(7, 0x80))),
  /** For both ends of TLS. */
  serverAndClient: extension('551d25', false, sequence(oid('2b06010505070301'), oid('2b06010505070302'))),
  /** Alternative names, each encoded as a GeneralName. */
  names: (...names: readonly Buffer[]): Buffer => extension('551d11', false, sequence(...names)),
} as const;

/** GeneralName of a URI. */
export const uriName = (uri: string): Buffer => tlv(0x86, Buffer.from(uri, 'latin1'));
/** GeneralName of a DNS name. */
export const dnsName = (name: string): Buffer => tlv(0x82, Buffer.from(name, 'latin1'));
/** GeneralName of an IPv4 address. */
export const ipv4Name = (address: string): Buffer => tlv(0x87, Buffer.from(address.split('.').map(Number)));

/** The content of a certificate. */
export interface CertificateContent {
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

/**
 * A certificate (RFC 5280), PEM.
 * @param sign returns ECDSA P-256 with SHA-256 over the bytes, as r ‖ s
 */
export const certificateOf = (content: CertificateContent, sign: (bytes: Uint8Array) => Uint8Array): string => {
  // Serial numbers are positive (RFC 5280 §4.1.2.2), so the first bit is cleared. They have no leading zeros, so the second is set.
  const serial = content.serial.map((byte, index) => (index === 0 ? (byte & 0x7f) | 0x40 : byte));
  const body = sequence(
    tlv(0xa0, integer(Buffer.of(2))),
    integer(serial),
    ecdsaWithSha256,
    content.issuer,
    sequence(certificateTime(content.notBefore), certificateTime(content.notAfter)),
    content.subject,
    content.publicKey,
    tlv(0xa3, sequence(...content.extensions)),
  );
  const signed = sign(body);
  const signature = sequence(integer(signed.subarray(0, 32)), integer(signed.subarray(32)));
  const der = sequence(body, ecdsaWithSha256, tlv(0x03, Buffer.of(0), signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
};
