import 'reflect-metadata';
import { createPrivateKey, randomBytes, sign, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuthorityFiles, openAuthority } from '../../identity/authority.ts';
import { createAuthority } from '../../identity/create-authority.ts';
import { createSigner, createSigners } from '../../identity/create-signer.ts';
import { type Root, readRoot } from '../../identity/root.ts';
import { createRootReader } from '../../identity/root-reader.ts';
import { encodeBase64 } from '../../values/text/base64.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { draftStatement, issueStatement, type SignedStatement } from './issue.ts';
import { verifyStatement } from './verify.ts';

const now = Date.UTC(2026, 10, 24, 12);
const hour = 3_600_000;
const east = { cluster: 'east', project: 'default' };
const expected = { slice: 'app-slice', sliceUID: 'u', kind: 'Links', subject: 'east' } as const;

let authority: AuthorityFiles;
let other: AuthorityFiles;
let root: Root;
let leaf: AuthorityFiles;
/** The same with another authority, name or clock. */
const leaves: Record<string, AuthorityFiles> = {};

beforeAll(async () => {
  authority = await createAuthority(east, now, randomBytes);
  other = await createAuthority(east, now, randomBytes);
  root = readRoot(authority.certificate, east);
  const [own, foreign] = [openAuthority(authority, east), openAuthority(other, east)];
  leaf = createSigner(own, now, randomBytes);
  leaves.foreign = createSigner(foreign, now, randomBytes);
  leaves.node = createSigner(own, now, randomBytes, 'spiffe://east.default/node/n1');
  leaves.west = createSigner(own, now, randomBytes, 'spiffe://west.default/statements');
});

/** A certificate with the right name that the authority really issued, but should not have. */
const issued = async ({
  days = 1,
  ca = false,
  curve = 'P-256',
}: {
  days?: number;
  ca?: boolean;
  curve?: string;
}): Promise<AuthorityFiles> => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey({ ...algorithm, namedCurve: curve }, true, ['sign', 'verify']);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(authority.privateKey), algorithm, false, [
    'sign',
  ]);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: '01',
      subject: 'CN=statements',
      issuer: new x509.X509Certificate(authority.certificate).subject,
      notBefore: new Date(now),
      notAfter: new Date(now + days * 24 * hour),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(ca, undefined, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: 'spiffe://east.default/statements' }]),
      ],
    },
    webcrypto,
  );
  const privateKey = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { certificate: certificate.toString('pem'), privateKey };
};

const signedWith = ({ certificate, privateKey }: AuthorityFiles, at = now, chain: readonly string[] = [certificate]): SignedStatement => {
  const body = { nodes: 0, clusters: [], worst: [], impaired: [], impairedNodes: 0, missingNodes: [], missing: 0 };
  const statement = canonicalJson(draftStatement(east, { ...expected, serial: 1, body }, at));
  const signature = sign('sha256', Buffer.from(statement), { key: createPrivateKey(privateKey), dsaEncoding: 'ieee-p1363' });
  return { statement, signature: encodeBase64(signature), chain };
};
const verdict = (notice: SignedStatement, at = now): string => {
  const verified = verifyStatement(notice, root, expected, at);
  return verified.ok ? 'accepted' : verified.code;
};

describe('a certificate below the authority', () => {
  it('signs statements for the authority, for a day', () => {
    expect(verdict(signedWith(leaf))).toBe('accepted');
    expect(verdict(signedWith(leaf, now + 24 * hour), now + 24 * hour)).toBe('accepted');
  });

  it('does not sign outside of its validity, but what it signed holds longer than itself', () => {
    expect(verdict(signedWith(leaf, now + 25 * hour), now + 25 * hour)).toBe('AuthorityExpired');
    expect(verdict(signedWith(leaf, now - hour))).toBe('AuthorityExpired');
    expect(verdict(signedWith(leaf, now + 23 * hour), now + 6 * 24 * hour)).toBe('accepted');
  });

  it.each<[string, () => SignedStatement]>([
    ['of another authority for the same cluster', () => signedWith(leaves.foreign as AuthorityFiles)],
    ['of a node', () => signedWith(leaves.node as AuthorityFiles)],
    ['for another cluster', () => signedWith(leaves.west as AuthorityFiles)],
    ['that is an authority', () => signedWith(authority)],
    ['that is another authority', () => signedWith(other)],
    ['that did not sign it', () => ({ ...signedWith(authority), chain: [leaf.certificate] })],
    ['left out', () => signedWith(leaf, now, [])],
    ['given twice', () => signedWith(leaf, now, [leaf.certificate, leaf.certificate])],
    ['that is none', () => signedWith(leaf, now, ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])],
    ['that is a text', () => signedWith(leaf, now, ['east'])],
    [
      'with one byte changed',
      () => signedWith(leaf, now, [leaf.certificate.replace(/^(.{200})(.)/s, (_, a, b) => a + (b === 'A' ? 'B' : 'A'))]),
    ],
  ])('%s is refused', (_, notice) => {
    expect(verdict(notice())).toBe('BadSignature');
  });

  it.each([
    ['for a day and of this curve', {}, 'accepted'],
    ['for a week', { days: 7 }, 'BadSignature'],
    ['as an authority below the authority', { ca: true }, 'BadSignature'],
    ['with a key of another curve', { curve: 'P-384' }, 'BadSignature'],
  ])('issued %s: %s', async (_, options, code) => {
    expect(verdict(signedWith(await issued(options)))).toBe(code);
  });
});

describe('the signer of a worker', () => {
  it('is the same until half of its time is over or its clock is set back, and each is accepted, with and without memory', () => {
    const own = openAuthority(authority, east);
    const signerAt = createSigners(own, randomBytes);
    const remembering = createRootReader()(authority.certificate, east);
    const at = [now, now + 12 * hour - 1, now + 12 * hour, now + 20 * hour, now - 9 * hour];
    const seen = at.map((time) => {
      const body = { nodes: 0, clusters: [], worst: [], impaired: [], impairedNodes: 0, missingNodes: [], missing: 0 };
      const { signed } = issueStatement(own, { ...expected, serial: 1, body }, time, signerAt(time));
      for (const of of [root, remembering, remembering]) expect(verifyStatement(signed, of, expected, time).ok).toBe(true);
      // What is remembered of a certificate accepts no other signature.
      const [forged, foreign] = [leaf, leaves.foreign].map((one) => ({ ...signedWith(one ?? leaf, time), chain: signed.chain }));
      for (const one of [forged, foreign])
        expect(verifyStatement(one ?? signed, remembering, expected, time)).toMatchObject({ code: 'BadSignature' });
      return signed.chain?.[0];
    });
    expect(seen.map((one) => seen.indexOf(one))).toEqual([0, 0, 2, 2, 4]);
    const about = { ...expected, kind: 'Cluster' as const, serial: 1, body: { caCertificate: authority.certificate, blocks: [] } };
    expect(issueStatement(own, about, now, signerAt(now)).signed.chain).toBeUndefined();
  });
});

it('a cluster states what it is with the authority itself, never with a certificate below it', () => {
  const about = { ...expected, kind: 'Cluster' } as const;
  const signed = ({ privateKey }: AuthorityFiles, chain: readonly string[]): SignedStatement => {
    const body = { caCertificate: authority.certificate, blocks: [] };
    const statement = canonicalJson(draftStatement(east, { ...about, serial: 1, body }, now));
    const signature = sign('sha256', Buffer.from(statement), { key: createPrivateKey(privateKey), dsaEncoding: 'ieee-p1363' });
    return { statement, signature: encodeBase64(signature), chain };
  };
  const verdictOf = (notice: SignedStatement): string => {
    const verified = verifyStatement(notice, root, about, now);
    return verified.ok ? 'accepted' : verified.message;
  };
  expect(verdictOf(signed(authority, []))).toBe('accepted');
  expect(verdictOf(signed(leaf, [leaf.certificate]))).toContain('with the authority itself');
});
