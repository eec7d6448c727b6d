import { memberNamespace } from '../api/places.ts';
import type { Container, PodSpec, SecurityContext, Volume, VolumeMount } from '../values/builtin/pod.ts';
import type { ServiceAccount } from '../values/builtin/service-account.ts';
import type { DaemonSet } from '../values/builtin/workloads.ts';
import { peerEndpointPort } from '../values/exchange-ports.ts';
import { fromField, nodeHealth, podBasics, programContainer } from './container.ts';
import { componentName, metadata, selectorLabels } from './metadata.ts';
import type { MemberOptions } from './options.ts';

/** A folder of the node that the agent uses. */
interface NodeFolder {
  readonly name: string;
  readonly host: string;
  /** Where the pod sees it, if not at the same path. */
  readonly path?: string;
  readonly propagation?: VolumeMount['mountPropagation'];
}

const folders: readonly NodeFolder[] = [
  // Network namespaces are mounts: those that the agent makes must appear on the node, and those of the node here.
  { name: 'netns', host: '/run/netns', propagation: 'Bidirectional' },
  // Socket of the CNI plugin, and private keys: in memory, gone when the node restarts.
  { name: 'run', host: '/run/kubeslice' },
  // Snapshot that survives a restart, and programs that outlive the agent.
  { name: 'state', host: '/var/lib/kubeslice' },
  { name: 'cni-bin', host: '/opt/cni/bin', path: '/host/opt/cni/bin' },
  { name: 'cni-conf', host: '/etc/cni/net.d', path: '/host/etc/cni/net.d' },
  // Userspace tunnels get a control group outside the pod's, so that they survive it.
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

/** Network namespaces, interfaces and firewall of the node: nothing less than a privileged container does. The only one of KubeSlice. */
const privileged: SecurityContext = { privileged: true, runAsUser: 0, runAsNonRoot: false };

const onNode = { hostNetwork: true, hostPID: true, dnsPolicy: 'ClusterFirstWithHostNet' } satisfies Partial<PodSpec>;

const container = (options: MemberOptions): Container =>
  programContainer({
    component: 'agent',
    options,
    placement: options.agent,
    health: nodeHealth,
    securityContext: privileged,
    // Only on the address by which the cluster knows the node: the worker asks here, nobody else.
    env: [fromField('HOST_IP', 'status.hostIP'), { name: 'PEER_ENDPOINT_PORT', value: String(peerEndpointPort) }],
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
      // Traffic does not pass through the agent, so a quarter of them may be replaced at once.
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

/** The account of the pods that clean the nodes: the agents', which may be gone by then. They ask no API server, so it needs no rights. */
export const agentCleanupAccount: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(componentName('agent'), { namespace: memberNamespace, component: 'agent' }),
};

/** Where the clean-up sees the folder that the state folder lies in: what is mounted by itself cannot be removed. */
const stateParent = { name: 'state-parent', host: '/var/lib', path: '/host/var/lib' };

/**
 * Takes everything of KubeSlice off every node, after the agents are gone. A pod whose init container has ended has cleaned its node; its
 * main container only waits to be deleted.
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
