import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { controlPlaneOf, nodesOf } from '../machine/machines.ts';
import { createAuthority, createSigningKey, issue } from './certificate-authority.ts';
import { subjectsOf } from './cluster-keys.ts';

const now = new Date('2026-11-24T12:00:00Z');
const cluster = { name: 'east', index: 2, nodes: 1 };

describe('certificates of a cluster', () => {
  test('are issued by its authority and by no other', async () => {
    const [authority, other] = [await createAuthority('east', now), await createAuthority('west', now)];
    const { certificate, key } = await issue(
      authority,
      { commonName: 'system:node:n', organizations: ['system:nodes'], addresses: ['198.18.1.11'] },
      now,
    );
    const parsed = new X509Certificate(certificate);
    expect(parsed.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(parsed.verify(new X509Certificate(other.certificate).publicKey)).toBe(false);
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(parsed.subject).toBe('O=system:nodes\nCN=system:node:n');
    expect(parsed.checkIP('198.18.1.11')).toBe('198.18.1.11');
    expect(parsed.ca).toBe(false);
    expect(new X509Certificate(authority.certificate).ca).toBe(true);
  });

  test('the API server`s covers its names and addresses', async () => {
    const subject = subjectsOf(controlPlaneOf(0, cluster), nodesOf(0, cluster)).apiserver;
    const parsed = new X509Certificate((await issue(await createAuthority('east', now), subject ?? { commonName: '' }, now)).certificate);
    expect(parsed.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    for (const address of ['198.18.2.2', '10.96.0.1', '127.0.0.1']) expect(parsed.checkIP(address)).toBe(address);
    expect(parsed.checkIP('198.18.3.2')).toBeUndefined();
  });

  test('only administrators and the API server are in the group that may do everything', () => {
    const subjects = Object.entries(subjectsOf(controlPlaneOf(0, cluster), nodesOf(0, cluster)));
    const masters = subjects.filter(([, subject]) => subject.organizations?.includes('system:masters')).map(([name]) => name);
    expect(masters).toEqual(['apiserver-kubelet-client', 'admin']);
  });

  test('service account keys are a pair', async () => {
    const { privateKey, publicKey } = await createSigningKey();
    const derived = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' });
    expect(createPublicKey(publicKey).export({ type: 'spki', format: 'pem' })).toBe(derived);
  });
});
