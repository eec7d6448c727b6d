import { generateKeyPairSync, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A self-signed certificate and its key, both as PEM. */
export interface SelfSigned {
  readonly certificate: string;
  readonly privateKey: string;
}

/** DER by hand (ITU-T X.690): seven short structures. The X.509 library costs 24 MB of memory, which every node would pay for one certificate. */
const tlv = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length;
  const head = length < 0x80 ? [length] : length < 0x1_00 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
const integer = (bytes: Uint8Array): Buffer => tlv(0x02, Buffer.from(bytes));
const text = (value: string): Buffer => tlv(0x0c, Buffer.from(value, 'utf8'));
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const commonName = oid('550403');
const subjectAltName = oid('551d11');

/** RFC 5280 §4.1.2.5: two digits for years before 2050, four after. */
const time = (ms: number): Buffer => {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return new Date(ms).getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
};

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
  const subject = sequence(tlv(0x31, sequence(commonName, text(name))));
  // Serial numbers are positive (RFC 5280 §4.1.2.2), so the first bit is cleared. They have no leading zeros, so the second is set.
  const serial = random(16).map((byte, index) => (index === 0 ? (byte & 0x7f) | 0x40 : byte));
  const names = [
    tlv(0x82, Buffer.from(name, 'latin1')),
    ...(address !== undefined && isIPv4(address) ? [tlv(0x87, Buffer.from(address.split('.').map(Number)))] : []),
  ];
  const body = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    subject,
    sequence(time(now - day), time(now + 3_650 * day)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(sequence(subjectAltName, tlv(0x04, sequence(...names))))),
  );
  const signature = tlv(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const lines =
    sequence(body, ecdsaWithSha256, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};
