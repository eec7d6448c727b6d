import { randomBytes, X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { rotatedAuthorities } from '../../../test/exchange/author.ts';
import { type Authority, openAuthority } from '../authority.ts';
import { createAuthority } from '../create-authority.ts';
import { readRoot } from '../root.ts';
import { overlapping } from '../rotation.ts';
import { issueNodeCertificate } from './issue-node-certificate.ts';
import { needsCertificate, readNodeCertificate } from './node-certificate.ts';
import { createNodeKey } from './node-key.ts';

const now = Date.UTC(2026, 10, 24, 12);
const hour = 3_600_000;
const owner = { cluster: 'east', project: 'default' };
const { key, pem } = createNodeKey();
const made = async (of = owner): Promise<Authority> => openAuthority(await createAuthority(of, now - 24 * hour, randomBytes), of);
let authority: Authority;
let other: Authority;

beforeAll(async () => {
  [authority, other] = [await made(), await made()];
});

const issued = (at = now, node = 'n1', from = authority): string =>
  issueNodeCertificate(from, { node, publicKey: key.publicKey }, at, randomBytes);

describe('the certificate of a node', () => {
  it('is for its identity and its key, for twelve hours, and no authority', () => {
    const certificate = new X509Certificate(issued());
    expect(certificate.subjectAltName).toBe('URI:spiffe://east.default/node/n1');
    expect(certificate.subject).toBe('CN=n1\nOU=default\nO=KubeSlice');
    expect(certificate.issuer).toBe('CN=east\nOU=default\nO=KubeSlice');
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(readNodeCertificate(issued(), { root: authority, node: 'n1' })).toEqual({
      publicKey: key.publicKey,
      notBefore: now - 300_000,
      notAfter: now + 12 * hour,
    });
  });

  it('is read by another implementation of X.509, with its purposes', async () => {
    const x509 = await import('@peculiar/x509');
    const read = new x509.X509Certificate(issued(now, `${'n'.repeat(60)}.${'o'.repeat(60)}`));
    expect(read.subject).toMatch(/^CN=n{54}-[0-9a-f]{8}, OU=default, O=KubeSlice$/);
    expect(read.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ ca: false, critical: true });
    expect(read.getExtension(x509.KeyUsagesExtension)).toMatchObject({ usages: x509.KeyUsageFlags.digitalSignature, critical: true });
    expect(read.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([
      x509.ExtendedKeyUsage.serverAuth,
      x509.ExtendedKeyUsage.clientAuth,
    ]);
    expect(await read.verify({ publicKey: new x509.X509Certificate(authority.certificate), date: new Date(now) })).toBe(true);
  });

  it.each<[string, () => string, string]>([
    ['of another authority of the cluster', () => issued(now, 'n1', other), 'was not issued by the authority'],
    ['of another node', () => issued(now, 'n2'), 'is for URI:spiffe://east.default/node/n2 and not for'],
    ['that is the authority', () => authority.certificate, 'is that of an authority'],
    ['that is no certificate', () => 'x', 'is no certificate'],
    ['that is too large', () => 'x'.repeat(5000), 'is larger'],
  ])('%s is refused', (_, make, why) => {
    expect(readNodeCertificate(make(), { root: readRoot(authority.certificate, owner), node: 'n1' })).toContain(why);
  });

  it('is renewed at half of its time, and for another key, node or authority', () => {
    const of = { root: authority, node: 'n1' };
    const needs = (present: string | undefined, at = now, publicKey = key.publicKey) => needsCertificate(present, publicKey, of, at);
    expect(needs(undefined)).toBe(true);
    expect(needs(issued())).toBe(false);
    expect(needs(issued(), now + 6 * hour - 1)).toBe(false);
    expect(needs(issued(), now + 6 * hour + 1)).toBe(true);
    expect(needs(issued(), now + 9 * 24 * hour)).toBe(true);
    expect(needs(issued(), now - hour)).toBe(true);
    expect(needs(issued(), now, createNodeKey().key.publicKey)).toBe(true);
    expect(needs(issued(now, 'n2'))).toBe(true);
    expect(needs(issued(now, 'n1', other))).toBe(true);
  });

  it('of an authority that was rotated counts until the overlap ends, and is replaced before its own end', async () => {
    const [first, second] = await rotatedAuthorities('east', now - 24 * hour, now);
    if (first === undefined || second === undefined) throw new Error('no authorities');
    const old = issued(now - hour, 'n1', first);
    const of = (at: number) => ({ root: second, node: 'n1', before: () => overlapping(second, second.rotations, at) });
    expect(readNodeCertificate(old, { root: second, node: 'n1' })).toContain('was not issued by');
    expect(readNodeCertificate(old, of(now))).toMatchObject({ publicKey: key.publicKey });
    expect(readNodeCertificate(old, of(now + 13 * hour))).toContain('was not issued by');
    expect(readNodeCertificate(issued(now, 'n1', other), of(now))).toContain('was not issued by');
    const needs = (at: number, present = old) => needsCertificate(present, key.publicKey, of(at), at);
    // It ends after 11 hours; at half of its time others may not have learned of the rotation yet.
    expect([needs(now), needs(now + 6 * hour), needs(now + 7 * hour + 1)]).toEqual([false, false, true]);
    const fresh = issued(now, 'n1', second);
    expect([needs(now + 5 * hour, fresh), needs(now + 6 * hour + 1, fresh)]).toEqual([false, true]);
  });

  it('opens TLS 1.3 at both ends, and both derive the same key from the connection', async () => {
    const at = Date.now();
    const [certificate, foreign] = [issued(at), issued(at, 'n1', other)];
    const context = (cert: string) => ({ key: pem, cert, ca: authority.certificate, minVersion: 'TLSv1.3' as const });
    const derived = async (client: string): Promise<[Buffer, Buffer]> => {
      const server = createServer({ ...context(certificate), requestCert: true, rejectUnauthorized: true });
      const serverSide = new Promise<TLSSocket>((resolve, reject) => {
        server.once('secureConnection', resolve);
        server.once('tlsClientError', reject);
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      const socket = connect({ ...context(client), host: '127.0.0.1', port, checkServerIdentity: () => undefined });
      socket.on('error', () => undefined);
      try {
        const accepted = await serverSide;
        if (!socket.authorized) await new Promise((resolve) => void socket.once('secureConnect', resolve));
        return [accepted, socket].map((end) => end.exportKeyingMaterial(32, 'EXPORTER-kubeslice-psk-v1', Buffer.from('context'))) as [
          Buffer,
          Buffer,
        ];
      } finally {
        socket.destroy();
        server.close();
      }
    };
    const [one, two] = await derived(certificate);
    expect(one).toEqual(two);
    expect(one).toHaveLength(32);
    await expect(derived(foreign)).rejects.toThrow();
  });
});
