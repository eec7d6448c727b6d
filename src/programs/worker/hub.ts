import { hubCredentialSeconds } from '../../api/hub-credential.ts';
import { hubSecret, memberNamespace, workerAccount } from '../../api/places.ts';
import { type Client, createClient } from '../../kubernetes/client.ts';
import { secretKind, serviceAccountKind, type TokenRequest } from '../../kubernetes/kinds.ts';
import { fixedToken, renewedToken } from '../../kubernetes/token-source.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import { countedClient } from '../counted-client.ts';
import { fieldManager } from './local-world.ts';

/** Who this cluster is on which hub. */
export interface HubIdentity {
  readonly project: string;
  /** Namespace of the project on the hub. */
  readonly namespace: string;
  readonly cluster: string;
}

/** The way to the hub. */
export interface Hub extends HubIdentity {
  readonly client: Client;
}

const field = (data: Readonly<Record<string, string>>, key: string): string => {
  const value = data[key];
  if (value === undefined) {
    throw new Failure(
      'InvalidInput',
      `Secret ${memberNamespace}/${hubSecret} has no "${key}"; join the cluster again with "kubeslice join".`,
    );
  }
  return Buffer.from(value, 'base64').toString('utf8');
};

const expiryOf = (token: string): number => {
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: number };
  return (payload.exp ?? 0) * 1000;
};

/**
 * Reads the hub credential and returns a client that renews it by itself: with the valid token it asks for the next one and writes it
 * back into the Secret, so that a restart finds it. A token that ran out while the cluster was off needs a new join.
 */
export const openHub = async (local: Client, metrics: Metrics, clock: Clock, signal: AbortSignal): Promise<Hub> => {
  const secret = await local.get(secretKind, { namespace: memberNamespace, name: hubSecret }, { signal });
  const data = secret.data ?? {};
  const identity = { project: field(data, 'project'), namespace: field(data, 'namespace'), cluster: field(data, 'cluster') };
  const place = { server: field(data, 'server'), ca: field(data, 'ca.crt') };
  let token = field(data, 'token');
  let first = true;

  const fetch = async (signal: AbortSignal) => {
    // What the Secret holds is used as it is until most of its life is over.
    if (first && expiryOf(token) - clock.now() > (hubCredentialSeconds * 1000) / 2) {
      first = false;
      return { token, expiresAt: expiryOf(token) };
    }
    first = false;
    const asking = createClient({ ...place, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager });
    try {
      const request: TokenRequest = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: hubCredentialSeconds },
      };
      const account = { namespace: identity.namespace, name: workerAccount(identity.cluster) };
      const answer = await asking.createSubresource(serviceAccountKind, account, 'token', request, { signal });
      if (answer.status === undefined) throw new Failure('Unexpected', 'The hub answered a token request without a token.');
      token = answer.status.token;
      const patch = { data: { token: Buffer.from(token).toString('base64') } };
      await local.mergePatch(secretKind, { namespace: memberNamespace, name: hubSecret }, patch, { signal });
      return { token, expiresAt: Date.parse(answer.status.expirationTimestamp) };
    } finally {
      asking.close();
    }
  };
  const client = countedClient(
    { ...place, credential: { kind: 'token', token: renewedToken(fetch, { clock }) } },
    'hub',
    fieldManager,
    metrics,
  );
  return { ...identity, client };
};
