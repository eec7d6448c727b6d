import type { Container, EnvVar, PodSpec, SecurityContext, VolumeMount } from '../values/builtin/pod.ts';
import { type Component, componentName } from './metadata.ts';
import type { CommonOptions, Placement } from './options.ts';

/** Numeric user of the programs that need no rights on the node; no image has an account of that number. */
const plainUser = 65532;

/** The restricted profile of the Pod Security Standards, and a root file system that cannot be written. */
export const restricted: SecurityContext = {
  runAsNonRoot: true,
  runAsUser: plainUser,
  runAsGroup: plainUser,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** Where a program answers /healthz and /readyz; and /metrics, to itself only. */
export interface HealthPlace {
  /** Address to listen on; `127.0.0.1` where the pod has the node's network, so that nobody but the node's kubelet asks. */
  readonly host: '0.0.0.0' | '127.0.0.1';
  readonly port: number;
}

/** Where programs with a network of their own answer. */
export const podHealth: HealthPlace = { host: '0.0.0.0', port: 8080 };
/** Where the agent answers. */
export const nodeHealth: HealthPlace = { host: '127.0.0.1', port: 9809 };

/** TCP port on which every program serves its metrics by TLS, to those who show that they may read them. */
export const metricsPort = 9812;

/** An environment variable with a field of the pod itself. */
export const fromField = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

const environment = (options: CommonOptions, health: HealthPlace): EnvVar[] => [
  fromField('POD_NAME', 'metadata.name'),
  fromField('POD_NAMESPACE', 'metadata.namespace'),
  fromField('POD_IP', 'status.podIP'),
  fromField('NODE_NAME', 'spec.nodeName'),
  { name: 'LOG_LEVEL', value: options.logLevel },
  { name: 'HEALTH_HOST', value: health.host },
  { name: 'HEALTH_PORT', value: String(health.port) },
  // Where the pod has the node's network: on the address by which the cluster knows the node, and no other.
  health.host === '127.0.0.1' ? fromField('METRICS_HOST', 'status.hostIP') : { name: 'METRICS_HOST', value: health.host },
  { name: 'METRICS_PORT', value: String(metricsPort) },
];

/** What differs between the containers of the programs. */
export interface ProgramContainer {
  readonly component: Component;
  readonly options: CommonOptions;
  readonly placement: Placement;
  readonly health: HealthPlace;
  readonly securityContext: SecurityContext;
  readonly ports?: Container['ports'];
  readonly env?: readonly EnvVar[];
  /** How soon a copy that says that it is not ready gets no more requests. */
  readonly readiness?: { readonly periodSeconds: number; readonly failureThreshold: number };
  readonly volumeMounts: readonly VolumeMount[];
}

/** The container of one program: what it is started with, how it is seen to live, and what it may do. */
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
    // A program that hangs is restarted after a minute; none is restarted for what its surroundings do, only /readyz tells of those.
    livenessProbe: { ...probe('/healthz'), periodSeconds: 20, failureThreshold: 3, timeoutSeconds: 5 },
    readinessProbe: { ...probe('/readyz'), ...(program.readiness ?? { periodSeconds: 5, failureThreshold: 3 }), timeoutSeconds: 3 },
    startupProbe: { ...probe('/healthz'), periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 3 },
    securityContext: program.securityContext,
    volumeMounts: program.volumeMounts,
  };
};

/** The parts of a pod that are the same for every program. */
export type PodBasics = Omit<PodSpec, 'containers'> & { readonly imagePullSecrets: CommonOptions['imagePullSecrets'] };

/** A pod of a component, without its containers: its account, and where it may run. */
export const podBasics = (component: Component, options: CommonOptions, placement: Placement): PodBasics => ({
  serviceAccountName: componentName(component),
  imagePullSecrets: options.imagePullSecrets,
  nodeSelector: placement.nodeSelector,
  tolerations: placement.tolerations,
  affinity: placement.affinity,
});

/** The only writable place of a program without rights on the node. */
export const scratch = {
  mounts: [{ name: 'tmp', mountPath: '/tmp' }] satisfies VolumeMount[],
  volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }] satisfies PodSpec['volumes'],
};
