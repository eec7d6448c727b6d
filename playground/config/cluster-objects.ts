import { dnsServiceAddress } from '../clusters/address-plan.ts';
import type { Machine } from '../clusters/spec.ts';

/** An object and the API path at which it is applied. */
export interface ClusterObject {
  path: string;
  object: object;
}

/** Nodes created before their kubelets start, so that each has the pod range for which its network was set up. */
export function nodeObjects(nodes: readonly Machine[]): ClusterObject[] {
  return nodes.map((node) => ({
    path: `/api/v1/nodes/${node.name}`,
    object: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: node.name, labels: { 'kubernetes.io/hostname': node.name, 'kubernetes.io/os': 'linux' } },
      spec: { podCIDR: node.podCIDR, podCIDRs: [node.podCIDR] },
    },
  }));
}

/** The initial Corefile of every cluster. It has no `forward`: a playground has no internet access, and an unknown name should fail at once. */
export const corefile = `.:53 {
    errors
    health {
       lameduck 2s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    cache 30
    reload 2s
    loadbalance
}
`;

const system = '/api/v1/namespaces/kube-system';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const labels = { 'k8s-app': 'kube-dns' };

/**
 * Cluster DNS as kubeadm installs it: ConfigMap, Deployment and ServiceAccount `coredns`, Service `kube-dns`. One replica, because memory is shared.
 */
export function dnsObjects(image: string): ClusterObject[] {
  const metadata = { name: 'coredns', namespace: 'kube-system', labels };
  return [
    { path: `${system}/serviceaccounts/coredns`, object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata } },
    {
      path: `${rbac}/clusterroles/system:coredns`,
      object: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'system:coredns' },
        rules: [
          { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
        ],
      },
    },
    {
      path: `${rbac}/clusterrolebindings/system:coredns`,
      object: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'system:coredns' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
        subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }],
      },
    },
    { path: `${system}/services/kube-dns`, object: dnsService() },
    { path: '/apis/apps/v1/namespaces/kube-system/deployments/coredns', object: dnsDeployment(image, metadata) },
  ];
}

/** The ConfigMap of the cluster DNS; applied only once, because others patch it. */
export function dnsConfiguration(): ClusterObject {
  return {
    path: `${system}/configmaps/coredns`,
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: corefile } },
  };
}

function dnsService(): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: 'kube-system', labels: { ...labels, 'kubernetes.io/name': 'CoreDNS' } },
    spec: {
      clusterIP: dnsServiceAddress,
      selector: labels,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
    },
  };
}

function dnsDeployment(image: string, metadata: object): object {
  const container = {
    name: 'coredns',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['-conf', '/etc/coredns/Corefile'],
    ports: [
      { containerPort: 53, name: 'dns', protocol: 'UDP' },
      { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
      { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
    ],
    volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
    readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1, failureThreshold: 10 },
    livenessProbe: { httpGet: { path: '/health', port: 8080 }, initialDelaySeconds: 60, failureThreshold: 5, timeoutSeconds: 5 },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'coredns',
          dnsPolicy: 'Default',
          tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
          containers: [container],
          volumes: [{ name: 'config-volume', configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] } }],
        },
      },
    },
  };
}
