import { connectionConfigMap, consentConfigMap, forgottenConfigMap, hubSecret, memberNamespace, trustConfigMap } from '../api/places.ts';
import type { ConfigMap } from '../values/builtin/config-map.ts';
import type { Namespace } from '../values/builtin/namespace.ts';
import type { Secret } from '../values/builtin/secret.ts';
import type { KubernetesObject } from '../values/object.ts';
import { metadata } from './metadata.ts';
import type { MemberOptions } from './options.ts';
import { memberAccountPolicies } from './policies/account-policies.ts';
import { memberInputPolicies } from './policies/input-policies.ts';
import { planAccount } from './rights/account.ts';
import { agentRights, dnsRights, workerRights } from './rights/member-rights.ts';
import { planPeople } from './rights/people.ts';
import { planAgent } from './workloads/agent.ts';
import { planDns } from './workloads/dns.ts';
import { planWorker } from './workloads/worker.ts';

/** The credential of a cluster's worker for the hub. */
export interface HubCredential {
  /** Address of the hub's API server for pods of the member cluster. */
  readonly server: string;
  /** PEM of the authority of that server. */
  readonly ca: string;
  /** Token of the cluster's worker account; the worker renews it. */
  readonly token: string;
  /** Token of the account that can only request a credential by proof of the cluster's key; it does not expire. Undefined when the hub has none. */
  readonly renewalToken?: string | undefined;
  readonly project: string;
  /** Namespace of the project on the hub. */
  readonly namespace: string;
  /** Name of the cluster on the hub. */
  readonly cluster: string;
}

/** The namespace of worker, agent and DNS; the agent needs the privileged level of the Pod Security Standards. */
export const memberNamespaceObject: Namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    ...metadata(memberNamespace),
    labels: { ...metadata(memberNamespace).labels, 'pod-security.kubernetes.io/enforce': 'privileged' },
  },
};

/** Secret with the hub credential. */
export const planHubSecret = (credential: HubCredential): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: metadata(hubSecret, { namespace: memberNamespace }),
  type: 'Opaque',
  stringData: {
    server: credential.server,
    'ca.crt': credential.ca,
    token: credential.token,
    ...(credential.renewalToken === undefined ? {} : { 'renewal-token': credential.renewalToken }),
    project: credential.project,
    namespace: credential.namespace,
    cluster: credential.cluster,
  },
});

/** The worker stores the pinned authorities of other clusters here; created empty, so that it needs no right to create. */
const trust: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(trustConfigMap, { namespace: memberNamespace }) };

/** The worker reports its connection here; created empty for the same reason. */
const connection: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(connectionConfigMap, { namespace: memberNamespace }),
};

/** An administrator orders the agents here to forget a cluster; created empty, so that they can watch it. */
const forgotten: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(forgottenConfigMap, { namespace: memberNamespace }),
};

/** The consent of the member's administrator to the hub, in the form that the worker reads. */
export const planConsent = (consent: { readonly networks: readonly string[]; readonly namespaces: readonly string[] }): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(consentConfigMap, { namespace: memberNamespace }),
  data: { networks: consent.networks.join(','), namespaces: consent.namespaces.join(',') },
});

/** Everything in a member cluster but CustomResourceDefinitions and Secrets, in the order of their application. */
export const planMember = (options: MemberOptions): KubernetesObject[] => [
  memberNamespaceObject,
  trust,
  connection,
  forgotten,
  ...memberAccountPolicies,
  ...memberInputPolicies,
  ...planAccount('worker', memberNamespace, workerRights),
  ...planAccount('agent', memberNamespace, agentRights),
  ...planAccount('dns', memberNamespace, dnsRights),
  ...planPeople('member'),
  planAgent(options),
  ...planDns(options),
  ...planWorker(options),
];
