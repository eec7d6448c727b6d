import { createPublicKey, randomBytes, verify, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../values/failure.ts';
import { type AuthorityFiles, openAuthority } from './authority.ts';
import { createAuthority } from './create-authority.ts';
import { fingerprintOf } from './fingerprint.ts';
import { readRoot } from './root.ts';
import { createRootReader } from './root-reader.ts';
import { trustDomain } from './spiffe.ts';

const now = Date.UTC(2026, 10, 24, 12);
const east = { cluster: 'east', project: 'default' };
let files: AuthorityFiles;
let other: AuthorityFiles;

beforeAll(async () => {
  files = await createAuthority(east, now, randomBytes);
  other = await createAuthority({ cluster: 'west', project: 'default' }, now, randomBytes);
});

const refusal = (act: () => unknown, code: Parameters<typeof Failure.is>[1]): string => {
  try {
    act();
  } catch (error) {
    if (!Failure.is(error, code)) throw error;
    return error.message;
  }
  return expect.unreachable();
};

describe('createAuthority', () => {
  it('makes a self-signed authority for the trust domain of the cluster', () => {
    const certificate = new X509Certificate(files.certificate);
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toBe('CN=east\nOU=default\nO=KubeSlice');
    expect(certificate.subjectAltName).toBe(`URI:${trustDomain('east', 'default')}`);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.validFromDate.getTime()).toBe(now - 300_000);
    expect(certificate.validToDate.toISOString()).toBe('2036-11-24T12:00:00.000Z');
  });

  it('takes the serial number from the randomness given, positive and full-length', async () => {
    const made = await createAuthority(east, now, (bytes) => new Uint8Array(bytes).fill(0xff));
    expect(new X509Certificate(made.certificate).serialNumber).toBe(`7F${'FF'.repeat(15)}`);
  });
});

describe('openAuthority', () => {
  it('signs what its certificate verifies', () => {
    const authority = openAuthority(files, east);
    const bytes = Buffer.from('hello');
    const signature = authority.sign(bytes);
    expect(signature).toHaveLength(64);
    const key = createPublicKey(files.certificate);
    expect(verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    expect(authority.fingerprint).toBe(fingerprintOf(files.certificate));
    expect(JSON.stringify(authority)).not.toContain('PRIVATE');
  });

  it('refuses a key that is not the one in the certificate, and what is no key', () => {
    expect(refusal(() => openAuthority({ ...files, privateKey: other.privateKey }, east), 'InvalidInput')).toContain(
      'does not fit its certificate',
    );
    expect(refusal(() => openAuthority({ ...files, privateKey: 'x' }, east), 'InvalidInput')).toContain('not a private key');
  });
});

describe('readRoot', () => {
  it.each([
    ['another cluster', () => readRoot(other.certificate, east), 'is for URI:spiffe://west.default and not for spiffe://east.default'],
    ['another project', () => readRoot(files.certificate, { ...east, project: 'p' }), 'not for spiffe://east.p'],
    ['two certificates', () => readRoot(files.certificate + files.certificate, east), 'is not exactly one certificate'],
    ['nothing', () => readRoot('', east), 'is not exactly one certificate'],
    ['rubbish', () => readRoot('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', east), 'cannot be read'],
    ['a lot', () => readRoot('x'.repeat(9000), east), 'is larger than a certificate'],
  ])('refuses %s', (_what, act, sentence) => {
    expect(refusal(act, 'StatementRefused')).toContain(sentence);
  });

  it('refuses other keys, other purposes and other signers, and accepts its like', async () => {
    const x509 = await import('@peculiar/x509');
    const make = async (namedCurve: string, ca: boolean, foreign = false) => {
      const algorithm = { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
      const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const signer = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const made = await x509.X509CertificateGenerator.create({
        subject: 'CN=east',
        issuer: 'CN=east',
        notBefore: new Date(now),
        notAfter: new Date(now + 1000),
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey,
        signingKey: foreign ? signer.privateKey : keys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(ca, 0, true),
          new x509.SubjectAlternativeNameExtension([{ type: 'url', value: 'spiffe://east.default' }]),
        ],
      });
      return made.toString('pem');
    };
    const [p384, leaf, foreign, good] = [
      await make('P-384', true),
      await make('P-256', false),
      await make('P-256', true, true),
      await make('P-256', true),
    ];
    expect(refusal(() => readRoot(p384, east), 'StatementRefused')).toContain('has no ECDSA P-256 key');
    expect(refusal(() => readRoot(leaf, east), 'StatementRefused')).toContain('is not that of an authority');
    expect(refusal(() => readRoot(foreign, east), 'StatementRefused')).toContain('is not signed by itself');
    expect(readRoot(good, east)).toMatchObject({ ...east, notBefore: now, notAfter: now + 1000 });
  });
});

describe('a reader of roots', () => {
  it('reads each certificate of each owner once, and refuses like readRoot', () => {
    const read = createRootReader();
    const first = read(files.certificate, east);
    expect(first).toEqual({ ...readRoot(files.certificate, east), below: new Map() });
    expect(read(files.certificate, east)).toBe(first);
    for (let again = 0; again < 2; again += 1)
      expect(refusal(() => read(files.certificate, { ...east, project: 'p' }), 'StatementRefused')).toContain('not for spiffe://east.p');
  });
});

describe('fingerprintOf', () => {
  it('is SHA-256 of the DER form', () => {
    expect(fingerprintOf(files.certificate)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(fingerprintOf(files.certificate.replaceAll('\n', '\r\n'))).toBe(fingerprintOf(files.certificate));
    expect(refusal(() => fingerprintOf('x'), 'InvalidInput')).toContain('not a certificate');
  });
});
