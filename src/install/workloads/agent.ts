import { memberNamespace } from '../../api/places.ts';
import type { Container, PodSpec, SecurityContext, Volume, VolumeMount } from '../../values/builtin/pod.ts';
import type { ServiceAccount } from '../../values/builtin/service-account.ts';
import type { DaemonSet } from '../../values/builtin/workloads.ts';
import { peerEndpointPort } from '../../values/ports.ts';
import { componentName, metadata, selectorLabels } from '../metadata.ts';
import type { MemberOptions } from '../options.ts';
import { fromField, nodeHealth, podBasics, programContainer } from './container.ts';

/** A folder of the node that the agent uses. */
interface NodeFolder {
  readonly name: string;
  readonly host: string;
  /** Mount path in the pod. @default the host's path */
  readonly path?: string;
  readonly propagation?: VolumeMount['mountPropagation'];
}

const folders: readonly NodeFolder[] = [
  // Network namespaces are mounts: those that the agent creates must appear on the node, and those of the node in the pod.
  { name: 'netns', host: '/run/netns', propagation: 'Bidirectional' },
  // Socket of the CNI plugin, and private keys as they are used: in memory.
  { name: 'run', host: '/run/kubeslice' },
  // The snapshot and copies of private keys, which survive a restart of the node, and programs that outlive the agent.
  { name: 'state', host: '/var/lib/kubeslice' },
  { name: 'cni-bin', host: '/opt/cni/bin', path: '/host/opt/cni/bin' },
  { name: 'cni-conf', host: '/etc/cni/net.d', path: '/host/etc/cni/net.d' },
  // Userspace tunnels get a control group outside the pod's, so that they survive the pod.
  { name: 'cgroup', host: '/sys/fs/cgroup' },
  // Control sockets of userspace tunnels.
  { name: 'wireguard', host: '/run/wireguard' },
];

const mounts: readonly VolumeMount[] = folders.map(({ name, host, path, propagation }) => ({
  name,
  mountPath: path ?? host,
  ...(propagation === undefined ? {} : { mountPropagation: propagation }),
}));

const volumes: readonly Volume[] = folders.map(({ name, host }) => ({
  name,
  hostPath: { path: host, type: host === '/sys/fs/cgroup' ? 'Directory' : 'DirectoryOrCreate' },
}));

/** Network namespaces, interfaces and firewall of the node require a privileged container. It is the only one of KubeSlice. */
const privileged: SecurityContext = { privileged: true, runAsUser: 0, runAsNonRoot: false };

const onNode = { hostNetwork: true, hostPID: true, dnsPolicy: 'ClusterFirstWithHostNet' } satisfies Partial<PodSpec>;

/** The variable with which the agent uses keys from mutual TLS. */
export const bindKeysVariable = 'KUBESLICE_BIND_KEYS';

const container = (options: MemberOptions): Container =>
  programContainer({
    component: 'agent',
    options,
    placement: options.agent,
    health: nodeHealth,
    securityContext: privileged,
    // Listens only on the node's address in the cluster, where the worker connects.
    env: [
      fromField('HOST_IP', 'status.hostIP'),
      { name: 'PEER_ENDPOINT_PORT', value: String(peerEndpointPort) },
      { name: bindKeysVariable, value: String(options.mutualTls) },
    ],
    ports: [{ name: 'peer-notices', containerPort: peerEndpointPort, protocol: 'TCP' }],
    volumeMounts: mounts,
  });

/** The agent on every node. */
export const planAgent = (options: MemberOptions): DaemonSet => {
  const labels = selectorLabels('agent');
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata(componentName('agent'), { namespace: memberNamespace, component: 'agent' }),
    spec: {
      selector: { matchLabels: labels },
      // Traffic does not pass through the agent, so a quarter of the agents may be replaced at once.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%' } },
      template: {
        metadata: { labels },
        spec: {
          ...podBasics('agent', options, options.agent),
          ...onNode,
          priorityClassName: 'system-node-critical',
          terminationGracePeriodSeconds: 10,
          containers: [container(options)],
          volumes,
        },
      },
    },
  };
};

/** The account of the pods that clean the nodes: the agents' account may be deleted by then. They send no API requests, so it has no rights. */
export const agentCleanupAccount: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(componentName('agent'), { namespace: memberNamespace, component: 'agent' }),
};

/** The parent of the state folder in the clean-up's pod: a mount point itself cannot be removed. */
const stateParent = { name: 'state-parent', host: '/var/lib', path: '/host/var/lib' };

/**
 * Removes everything of KubeSlice from every node, after the agents have ended. A pod whose init container has ended has cleaned its node; its main
 * container only waits to be deleted.
 */
export const planAgentCleanup = (options: MemberOptions): DaemonSet => {
  const component = 'agent-cleanup';
  const labels = selectorLabels(component);
  const { livenessProbe: _, readinessProbe: __, startupProbe: ___, ports: ____, ...cleaning } = container(options);
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata(componentName(component), { namespace: memberNamespace, component }),
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...podBasics('agent', options, options.agent),
          ...onNode,
          priorityClassName: 'system-node-critical',
          terminationGracePeriodSeconds: 1,
          initContainers: [
            {
              ...cleaning,
              name: 'cleanup',
              args: ['agent', '--cleanup'],
              volumeMounts: [...(cleaning.volumeMounts ?? []), { name: stateParent.name, mountPath: stateParent.path }],
            },
          ],
          containers: [
            {
              name: 'done',
              image: options.image,
              imagePullPolicy: options.imagePullPolicy,
              args: ['idle'],
              resources: cleaning.resources ?? {},
            },
          ],
          volumes: [...volumes, { name: stateParent.name, hostPath: { path: stateParent.host, type: 'Directory' } }],
        },
      },
    },
  };
};
