import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { type Clock, systemClock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import type { Connection } from './connection.ts';
import { tokenFile } from './token-source.ts';

/** What a pod gets for the connection: host and port from its environment, files from its service account volume. */
export type InCluster = {
  readonly host: string;
  readonly port: string;
  readonly tokenPath: string;
  readonly caPath: string;
  readonly namespacePath: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
};

/** The connection of a pod to its own API server. The token is read again each minute, because the kubelet renews it. */
export const inClusterConnection = async (where: InCluster): Promise<Connection> => {
  const { clock = systemClock, signal } = where;
  const read = async (path: string): Promise<string> => {
    try {
      return await readFile(path, { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) });
    } catch (cause) {
      throw new Failure('Unavailable', `${path} cannot be read; is the service account token mounted into this pod?`, { cause });
    }
  };
  const [ca, namespace] = await Promise.all([read(where.caPath), read(where.namespacePath)]);
  return {
    server: `https://${isIPv6(where.host) ? `[${where.host}]` : where.host}:${where.port}`,
    ca,
    credential: { kind: 'token', token: tokenFile(where.tokenPath, { clock }) },
    namespace: namespace.trim(),
  };
};
