import type { Cluster } from '../../../api/cluster/type.ts';
import { conditionOf } from '../../../api/condition.ts';
import { hubCredentialSeconds } from '../../../api/hub-credential.ts';
import { clusterKind } from '../../../api/kinds.ts';
import { credentialRequestAccount, hubNamespace, joinAccount, workerAccount } from '../../../api/places.ts';
import type { JoinToken } from '../../../install/join-token.ts';
import {
  planCluster,
  planCredentialRequestAccess,
  planHubAddress,
  planJoinAccess,
  planWorkerAccess,
} from '../../../install/rights/cluster-access.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { requestToken } from '../../../kubernetes/credentials/request-token.ts';
import { configMapKind, type Secret, secretKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';
import { applyAll } from '../apply-all.ts';
import { findProject } from '../find-project.ts';
import type { OpenCluster } from '../open-cluster.ts';
import { waitFor } from '../wait-for.ts';

/** Whether an address is that of this machine itself. */
export const isLoopback = (server: string): boolean => /^(localhost|127\.|\[?::1\]?$)/.test(new URL(server).hostname);

/** The hub's address for the workers of members, and the authority (PEM) of that server. */
export interface HubAddress {
  readonly server: string;
  readonly ca: string;
}

/** The hub's address for the workers of members, from the context of an administrator or from --hub-server. */
export const hubAddress = async (hub: OpenCluster, override: string | undefined, signal: AbortSignal): Promise<HubAddress> => {
  const server = override ?? hub.connection.server;
  if (hub.connection.insecureSkipTlsVerify === true) {
    throw new Failure(
      'InvalidInput',
      `Context "${hub.context}" has insecure-skip-tls-verify, so it is not known whether that server is the hub, and its authority would be pinned unseen; set certificate-authority-data in the kubeconfig instead.`,
    );
  }
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

/** Creates a Cluster on the hub if needed, and the account of its worker. */
export const prepareCluster = async (
  hub: OpenCluster,
  want: { readonly cluster: string; readonly project: string; readonly namespace: string; readonly address: HubAddress },
  signal: AbortSignal,
): Promise<void> => {
  const { cluster, project, namespace } = want;
  await applyAll(
    hub.client,
    [planCluster(cluster, namespace), ...planWorkerAccess(cluster, namespace), ...planCredentialRequestAccess(project, cluster)],
    signal,
  );
  try {
    await hub.client.create(configMapKind, planHubAddress(want.address), { signal });
  } catch (error) {
    // The content that an administrator wrote takes precedence.
    if (!Failure.is(error, 'AlreadyExists')) throw error;
  }
};

/** How long Kubernetes gets to fill in a token Secret, in milliseconds. */
const tokenSecretMs = 3_000;
/** Requested lifetime where no token Secret is filled in, in seconds; the server may shorten it. */
const lastingSeconds = 10 * 365 * 24 * 3600;

/** The token with which a cluster requests a credential when it has none: without an expiry, where the hub supports it. */
export const requestRenewalToken = async (hub: Client, project: string, cluster: string, signal: AbortSignal): Promise<string> => {
  const account = { namespace: hubNamespace, name: credentialRequestAccount(project, cluster) };
  try {
    const secret = await waitFor<Secret>({
      client: hub,
      kind: secretKind,
      target: account,
      until: (seen) => seen?.data?.token !== undefined,
      timeoutMs: tokenSecretMs,
      signal,
      late: () => 'The hub makes no token that lasts.',
    });
    return Buffer.from(secret?.data?.token ?? '', 'base64').toString('utf8');
  } catch (error) {
    if (!Failure.is(error, 'Timeout')) throw error;
    return (await requestToken(hub, account, lastingSeconds, { signal })).token;
  }
};

/** Creates a join token for a cluster that is not connected. @throws Failure AlreadyExists when it is. */
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
  await prepareCluster(hub, { cluster, project, namespace, address }, signal);
  await applyAll(hub.client, planJoinAccess(cluster, namespace), signal);
  const { token, expiresAt } = await requestToken(hub.client, { namespace, name: joinAccount(cluster) }, seconds, { signal });
  const renewalToken = await requestRenewalToken(hub.client, project, cluster, signal);
  return { ...address, project, namespace, cluster, bearer: token, renewalToken, expiresAt };
};

/** Fetches the first token of a cluster's worker, valid for an hour; the worker renews it from then on. */
export const requestWorkerToken = async (client: Client, cluster: string, namespace: string, signal: AbortSignal): Promise<string> =>
  (await requestToken(client, { namespace, name: workerAccount(cluster) }, hubCredentialSeconds, { signal })).token;
