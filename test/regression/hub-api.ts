import * as ourKinds from '../../src/api/kinds.ts';
import { planCrds } from '../../src/install/crds.ts';
import { planHub } from '../../src/install/hub.ts';
import { resourceKindOf } from '../../src/install/kinds.ts';
import { hubDefaults } from '../../src/install/options.ts';
import { planCluster, planWorkerAccess } from '../../src/install/rights/cluster-access.ts';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import { fixedToken } from '../../src/kubernetes/credentials/token-source.ts';
import { type RealApi, realPrograms, startRealApi } from '../../src/kubernetes/fixtures/real-api.ts';
import { serviceAccountKind, type TokenRequest } from '../../src/kubernetes/kinds.ts';
import type { Call } from '../../src/kubernetes/port.ts';
import type { KubernetesObject } from '../../src/values/object.ts';
import { until } from '../e2e/until.ts';

/** A real API server on which the hub's kinds, policies, roles and accounts are installed; no program of ours runs. */
export interface HubApi {
  readonly api: RealApi;
  readonly admin: Client;
  apply(objects: readonly KubernetesObject[]): Promise<void>;
  tokenOf(namespace: string, account: string): Promise<string>;
  /** A client that acts with a token. */
  open(token: string): Client;
  /** A client that acts as an account. */
  as(account: string, namespace?: string): Promise<Client>;
  stop(): Promise<void>;
}

/** Starts it, with the given clusters registered. Throws the sentence that says why there are no programs for it. */
export const startHubApi = async (clusters: readonly string[], call: Call): Promise<HubApi> => {
  const programs = realPrograms();
  if (typeof programs === 'string') throw new Error(programs);
  const api = await startRealApi(programs);
  const admin = createClient(api.connection, { fieldManager: 'admin' });
  const clients: Client[] = [admin];
  const apply = async (objects: readonly KubernetesObject[]): Promise<void> => {
    for (const one of objects) await admin.apply(resourceKindOf(one), one, call);
  };
  const definitions = planCrds('hub');
  await apply(definitions);
  for (const kind of Object.values(ourKinds).filter((one) => definitions.some(({ spec }) => spec.names.kind === one.kind)))
    await until(`${kind.plural} are served`, () => admin.list<KubernetesObject>(kind, call), { withinMs: 20_000, everyMs: 50 });
  await apply([
    ...planHub(hubDefaults('image')),
    ...clusters.flatMap((cluster) => [planCluster(cluster, 'default'), ...planWorkerAccess(cluster, 'default')]),
  ]);
  const tokenOf = async (namespace: string, name: string): Promise<string> => {
    const body: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const { status } = await admin.createSubresource(serviceAccountKind, { namespace, name }, 'token', body, call);
    return status?.token ?? '';
  };
  const open = (token: string): Client => {
    const client = createClient({ ...api.connection, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager: 'test' });
    clients.push(client);
    return client;
  };
  return {
    api,
    admin,
    apply,
    tokenOf,
    open,
    as: async (account, namespace = 'default') => open(await tokenOf(namespace, account)),
    stop: async () => {
      for (const client of clients) client.close();
      await api.stop();
    },
  };
};
