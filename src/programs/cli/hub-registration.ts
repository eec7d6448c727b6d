import type { Cluster } from '../../api/cluster/type.ts';
import { conditionOf } from '../../api/condition.ts';
import { hubCredentialSeconds } from '../../api/hub-credential.ts';
import { clusterKind } from '../../api/kinds.ts';
import { joinAccount, workerAccount } from '../../api/places.ts';
import { planCluster, planJoinAccess, planWorkerAccess } from '../../install/cluster-access.ts';
import type { JoinToken } from '../../install/join-token.ts';
import type { Client } from '../../kubernetes/client.ts';
import { configMapKind, serviceAccountKind, type TokenRequest } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import { applyAll } from './apply-all.ts';
import { findProject } from './find-project.ts';
import type { OpenCluster } from './open-cluster.ts';

/** Fetches a token of an account. `seconds` may be shortened by the server; at least 600. */
const requestToken = async (
  client: Client,
  account: { readonly name: string; readonly namespace: string },
  seconds: number,
  signal: AbortSignal,
): Promise<{ readonly token: string; readonly expiresAt: number }> => {
  const body: TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: seconds },
  };
  const { status } = await client.createSubresource(serviceAccountKind, account, 'token', body, { signal });
  if (status === undefined) throw new Failure('Unexpected', `${client.server} answered a token request without a token.`);
  return { token: status.token, expiresAt: Date.parse(status.expirationTimestamp) };
};

const isLoopback = (server: string): boolean => /^(localhost|127\.|\[?::1\]?$)/.test(new URL(server).hostname);

/** Where the workers of members reach the hub, and the authority of that server. */
export const hubAddress = async (
  hub: OpenCluster,
  override: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly server: string; readonly ca: string }> => {
  const server = override ?? hub.connection.server;
  if (!URL.canParse(server) || new URL(server).protocol !== 'https:') {
    throw new Failure('InvalidInput', `--hub-server "${server}" is not an https address; write one such as https://hub.example.org:6443.`);
  }
  if (override === undefined && isLoopback(server)) {
    throw new Failure(
      'InvalidInput',
      `Context "${hub.context}" reaches the hub at ${server}, which pods of another cluster cannot; give the address that they can reach with --hub-server.`,
    );
  }
  if (hub.connection.ca !== undefined) return { server, ca: hub.connection.ca };
  const published = await hub.client.get(configMapKind, { namespace: 'kube-system', name: 'kube-root-ca.crt' }, { signal });
  return { server, ca: published.data?.['ca.crt'] ?? '' };
};

/** Whether the worker of a cluster is connected to the hub now. */
export const isConnected = (cluster: Cluster | undefined): boolean => conditionOf(cluster?.status?.conditions, 'Ready')?.status === 'True';

/** Makes a Cluster on the hub if need be, and the account of its worker. */
export const prepareCluster = async (hub: OpenCluster, cluster: string, namespace: string, signal: AbortSignal): Promise<void> => {
  await applyAll(hub.client, [planCluster(cluster, namespace), ...planWorkerAccess(cluster, namespace)], signal);
};

/** Makes a join token for a cluster that is not connected. @throws Failure AlreadyExists when it is. */
export const makeJoinToken = async (
  hub: OpenCluster,
  want: { readonly cluster: string; readonly project: string; readonly hubServer: string | undefined; readonly seconds: number },
  signal: AbortSignal,
): Promise<JoinToken> => {
  const { cluster, project, seconds } = want;
  const namespace = await findProject(hub, project, signal);
  const address = await hubAddress(hub, want.hubServer, signal);
  if (isConnected(await hub.client.find(clusterKind, { namespace, name: cluster }, { signal }))) {
    throw new Failure(
      'AlreadyExists',
      `Cluster "${cluster}" has joined and is connected; choose another name, or take it out with "kubeslice leave ${cluster}" first.`,
    );
  }
  await prepareCluster(hub, cluster, namespace, signal);
  await applyAll(hub.client, planJoinAccess(cluster, namespace), signal);
  const { token, expiresAt } = await requestToken(hub.client, { namespace, name: joinAccount(cluster) }, seconds, signal);
  return { ...address, project, namespace, cluster, bearer: token, expiresAt };
};

/** Fetches the first token of a cluster's worker, good for an hour; the worker renews it from then on. */
export const requestWorkerToken = async (client: Client, cluster: string, namespace: string, signal: AbortSignal): Promise<string> =>
  (await requestToken(client, { namespace, name: workerAccount(cluster) }, hubCredentialSeconds, signal)).token;
