import { hubSecret, memberNamespace } from '../../api/places.ts';
import type { Client } from '../../kubernetes/client.ts';
import { secretKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';

/** Who this cluster is on which hub. */
export interface HubIdentity {
  readonly project: string;
  /** Namespace of the project on the hub. */
  readonly namespace: string;
  readonly cluster: string;
}

/** Where the hub is and what this cluster has to turn to it: what the Secret keeps from one run of the worker to the next. */
export interface HubAccess {
  /** The address in use. */
  readonly server: string;
  /** All addresses that the hub said it has. */
  readonly servers: readonly string[];
  /** PEM of the authorities of its server. */
  readonly ca: string;
  /** Token of the worker account. */
  readonly token: string;
  /** Token of the account that can only ask for a credential; undefined in clusters that joined before there was one. */
  readonly renewalToken: string | undefined;
}

const target = { namespace: memberNamespace, name: hubSecret };

/** Reads the Secret. Throws `InvalidInput` when it lacks what every join writes. */
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

/** Writes what the hub renewed, so that a restart finds it. */
export const writeHubSecret = async (local: Client, { server, servers, ca, token }: HubAccess, signal: AbortSignal): Promise<void> => {
  const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  const data = { server: encode(server), servers: encode(servers.join('\n')), 'ca.crt': encode(ca), token: encode(token) };
  await local.mergePatch(secretKind, target, { data }, { signal });
};
