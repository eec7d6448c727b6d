import { stringify } from 'yaml';
import type { KeyPair } from '../keys/certificate-authority.ts';

/** One cluster in a kubeconfig. Certificates are PEM and embedded, so that the file works in any folder. */
export interface KubeconfigEntry {
  context: string;
  user: string;
  server: string;
  authority: string;
  client: KeyPair;
}

/** A kubeconfig with one context for each entry; the first is current. */
export function kubeconfig(entries: readonly KubeconfigEntry[]): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': entries[0]?.context ?? '',
    clusters: entries.map(({ context, server, authority }) => ({
      name: context,
      cluster: { server, 'certificate-authority-data': base64(authority) },
    })),
    users: entries.map(({ user, client }) => ({
      name: user,
      user: { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) },
    })),
    contexts: entries.map(({ context, user }) => ({ name: context, context: { cluster: context, user } })),
  });
}
