import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent } from '../../src/host/read-if-present.ts';
import { apiServiceAddress } from '../clusters/address-plan.ts';
import type { Machine } from '../clusters/spec.ts';
import { createAuthority, createSigningKey, issue, type KeyPair, type Subject } from './certificate-authority.ts';

/** Certificates and keys of one cluster, as files: `<name>.crt` and `<name>.key` in `directory`. */
export interface ClusterKeys {
  directory: string;
  authority: KeyPair;
  certificate(name: string): string;
  key(name: string): string;
  read(name: string): Promise<KeyPair>;
}

/** The subjects of all certificates, by file name. Groups are those of Kubernetes' default bindings. */
export function subjectsOf(controlPlane: Machine, nodes: readonly Machine[]): Record<string, Subject> {
  const domain = 'kubernetes.default.svc.cluster.local';
  const subjects: Record<string, Subject> = {
    apiserver: {
      commonName: 'kube-apiserver',
      dnsNames: ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', domain, 'localhost', controlPlane.name],
      addresses: [controlPlane.address, apiServiceAddress, '127.0.0.1'],
    },
    'apiserver-kubelet-client': { commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'] },
    'controller-manager': { commonName: 'system:kube-controller-manager' },
    scheduler: { commonName: 'system:kube-scheduler' },
    proxy: { commonName: 'system:kube-proxy' },
    admin: { commonName: 'kubernetes-admin', organizations: ['system:masters'] },
  };
  for (const node of nodes) {
    subjects[node.name] = {
      commonName: `system:node:${node.name}`,
      organizations: ['system:nodes'],
      dnsNames: [node.name],
      addresses: [node.address],
    };
  }
  return subjects;
}

/** Issues missing certificates and keeps existing ones, so that a second `up` keeps every identity. */
export async function ensureClusterKeys(
  directory: string,
  controlPlane: Machine,
  nodes: readonly Machine[],
  now: Date,
): Promise<ClusterKeys> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = (name: string, kind: 'crt' | 'key'): string => join(directory, `${name}.${kind}`);
  const find = async (name: string): Promise<KeyPair | undefined> => {
    const [certificate, key] = [await readIfPresent(path(name, 'crt')), await readIfPresent(path(name, 'key'))];
    return certificate === undefined || key === undefined || key === '' ? undefined : { certificate, key };
  };
  const read = async (name: string): Promise<KeyPair> => ({
    certificate: await readFile(path(name, 'crt'), 'utf8'),
    key: await readFile(path(name, 'key'), 'utf8'),
  });
  const ensure = async (name: string, make: () => Promise<KeyPair>): Promise<KeyPair> => {
    // The key is written last: an interrupted run leaves a certificate without a key, which is issued again.
    const present = await find(name);
    if (present !== undefined) return present;
    const made = await make();
    await writeFile(path(name, 'crt'), made.certificate);
    await writeFile(path(name, 'key'), made.key, { mode: 0o600 });
    await chmod(path(name, 'key'), 0o600);
    return made;
  };
  const authority = await ensure('ca', () => createAuthority(`kubeslice-playground ${controlPlane.cluster}`, now));
  const subjects = Object.entries(subjectsOf(controlPlane, nodes));
  await Promise.all(subjects.map(([name, subject]) => ensure(name, () => issue(authority, subject, now))));
  await ensure('service-account', async () => {
    const keys = await createSigningKey();
    return { certificate: keys.publicKey, key: keys.privateKey };
  });
  return { directory, authority, certificate: (name) => path(name, 'crt'), key: (name) => path(name, 'key'), read };
}
