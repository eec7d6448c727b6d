import { hubSecret, memberNamespace } from '../../../api/places.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { secretKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';

/** The identity of this cluster on its hub. */
export interface HubIdentity {
  readonly project: string;
  /** Namespace of the project on the hub. */
  readonly namespace: string;
  readonly cluster: string;
}

/** The address of the hub and the credentials for it, as the Secret stores them between runs of the worker. */
export interface HubAccess {
  /** The address in use. */
  readonly server: string;
  /** All addresses that the hub has published. */
  readonly servers: readonly string[];
  /** PEM of the authorities of its server. */
  readonly ca: string;
  /** Token of the worker account. */
  readonly token: string;
  /** Token of the account that can only request a credential; undefined in clusters that joined before it existed. */
  readonly renewalToken: string | undefined;
}

const target = { namespace: memberNamespace, name: hubSecret };

/** Reads the Secret. Throws `InvalidInput` when a required key is missing. */
export const readHubSecret = async (local: Client, signal: AbortSignal): Promise<{ identity: HubIdentity; access: HubAccess }> => {
  const { data = {} } = await local.get(secretKind, target, { signal });
  const find = (key: string): string | undefined => {
    const value = data[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  };
  const field = (key: string): string => {
    const value = find(key);
    if (value !== undefined) return value;
    throw new Failure(
      'InvalidInput',
      `Secret ${memberNamespace}/${hubSecret} has no "${key}"; join the cluster again with "kubeslice join".`,
    );
  };
  return {
    identity: { project: field('project'), namespace: field('namespace'), cluster: field('cluster') },
    access: {
      server: field('server'),
      servers: (find('servers') ?? '').split('\n').filter((server) => server !== ''),
      ca: field('ca.crt'),
      token: field('token'),
      renewalToken: find('renewal-token') || undefined,
    },
  };
};

/** Stores what the hub renewed, for the next start. */
export const writeHubSecret = async (local: Client, { server, servers, ca, token }: HubAccess, signal: AbortSignal): Promise<void> => {
  const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  const data = { server: encode(server), servers: encode(servers.join('\n')), 'ca.crt': encode(ca), token: encode(token) };
  await local.mergePatch(secretKind, target, { data }, { signal });
};
