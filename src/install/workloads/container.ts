import type { Container, EnvVar, PodSpec, SecurityContext, VolumeMount } from '../../values/builtin/pod.ts';
import { type Component, componentName } from '../metadata.ts';
import type { CommonOptions, Placement } from '../options.ts';

/** Numeric user of the programs that need no rights on the node; no image has an account with this number. */
const plainUser = 65532;

/** The restricted profile of the Pod Security Standards, and a read-only root file system. */
export const restricted: SecurityContext = {
  runAsNonRoot: true,
  runAsUser: plainUser,
  runAsGroup: plainUser,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** Where a program serves /healthz and /readyz, and /metrics for itself only. */
export interface HealthEndpoint {
  /** Address to listen on; `127.0.0.1` where the pod has the node's network, so that only the node's kubelet can connect. */
  readonly host: '0.0.0.0' | '127.0.0.1';
  readonly port: number;
}

/** For programs with a network of their own. */
export const podHealth: HealthEndpoint = { host: '0.0.0.0', port: 8080 };
/** For the agent. */
export const nodeHealth: HealthEndpoint = { host: '127.0.0.1', port: 9809 };

/** TCP port on which every program serves its metrics by TLS, to clients that may read them. */
export const metricsPort = 9812;

/** An environment variable with a field of the pod itself. */
export const fromField = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

const environment = (options: CommonOptions, health: HealthEndpoint): EnvVar[] => [
  fromField('POD_NAME', 'metadata.name'),
  fromField('POD_NAMESPACE', 'metadata.namespace'),
  fromField('POD_IP', 'status.podIP'),
  fromField('NODE_NAME', 'spec.nodeName'),
  { name: 'LOG_LEVEL', value: options.logLevel },
  { name: 'HEALTH_HOST', value: health.host },
  { name: 'HEALTH_PORT', value: String(health.port) },
  // Where the pod has the node's network: only on the node's address in the cluster.
  health.host === '127.0.0.1' ? fromField('METRICS_HOST', 'status.hostIP') : { name: 'METRICS_HOST', value: health.host },
  { name: 'METRICS_PORT', value: String(metricsPort) },
];

/** The differences between the containers of the programs. */
export interface ProgramContainer {
  readonly component: Component;
  readonly options: CommonOptions;
  readonly placement: Placement;
  readonly health: HealthEndpoint;
  readonly securityContext: SecurityContext;
  readonly ports?: Container['ports'];
  readonly env?: readonly EnvVar[];
  /** How soon a copy that reports not ready gets no more requests. */
  readonly readiness?: { readonly periodSeconds: number; readonly failureThreshold: number };
  readonly volumeMounts: readonly VolumeMount[];
}

/** The container of one program: its arguments, its probes, and its rights. */
export const programContainer = (program: ProgramContainer): Container => {
  const { component, options, placement, health } = program;
  const probe = (path: string) => ({
    httpGet: { path, port: health.port, ...(health.host === '127.0.0.1' ? { host: health.host } : {}) },
  });
  return {
    name: component,
    image: options.image,
    imagePullPolicy: options.imagePullPolicy,
    args: [component],
    env: [...environment(options, health), ...(program.env ?? [])],
    ports: [
      ...(program.ports ?? []),
      { name: 'health', containerPort: health.port, protocol: 'TCP' },
      { name: 'metrics', containerPort: metricsPort, protocol: 'TCP' },
    ],
    resources: placement.resources,
    // A program that does not answer is restarted after a minute. Failures outside of the program show in /readyz only, which restarts nothing.
    livenessProbe: { ...probe('/healthz'), periodSeconds: 20, failureThreshold: 3, timeoutSeconds: 5 },
    readinessProbe: { ...probe('/readyz'), ...(program.readiness ?? { periodSeconds: 5, failureThreshold: 3 }), timeoutSeconds: 3 },
    startupProbe: { ...probe('/healthz'), periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 3 },
    securityContext: program.securityContext,
    volumeMounts: program.volumeMounts,
  };
};

/** The common parts of every program's pod. */
export type PodBasics = Omit<PodSpec, 'containers'> & { readonly imagePullSecrets: CommonOptions['imagePullSecrets'] };

/** The pod of a component without its containers: its account, and where it may run. */
export const podBasics = (component: Component, options: CommonOptions, placement: Placement): PodBasics => ({
  serviceAccountName: componentName(component),
  imagePullSecrets: options.imagePullSecrets,
  nodeSelector: placement.nodeSelector,
  tolerations: placement.tolerations,
  affinity: placement.affinity,
});

/** The only writable volume of a program without rights on the node. */
export const scratch = {
  mounts: [{ name: 'tmp', mountPath: '/tmp' }] satisfies VolumeMount[],
  volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }] satisfies PodSpec['volumes'],
};
