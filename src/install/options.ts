import { linuxNodes } from '../values/builtin/node.ts';
import type { Toleration } from '../values/builtin/pod.ts';

/** Where pods of one program may run, and their resource requests; the usual values of a chart. */
export interface Placement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly affinity: Readonly<Record<string, unknown>>;
  readonly resources: { readonly requests: Readonly<Record<string, string>>; readonly limits: Readonly<Record<string, string>> };
}

/** A program that runs as a number of equal copies. */
export interface Workload extends Placement {
  readonly replicas: number;
}

/** Options of every installation, on the hub and in members. */
export interface CommonOptions {
  /** Reference of the image with all programs. */
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Names of Secrets with registry credentials. */
  readonly imagePullSecrets: readonly { readonly name: string }[];
  readonly logLevel: string;
}

/** Options of the controller on the hub. */
export interface HubOptions extends CommonOptions {
  readonly controller: Workload;
}

/** Options of worker, agent and DNS in a member cluster. */
export interface MemberOptions extends CommonOptions {
  readonly worker: Workload;
  readonly dns: Workload;
  readonly agent: Placement;
  /**
   * Whether packets of pods travel only under keys from mutual TLS between the nodes, to clusters that do the same; `required` for no packets to the
   * others.
   */
  readonly mutualTls: boolean | 'required';
}

/** Kubernetes leaves a pod on an unreachable node for 5 minutes; ours must move sooner. */
const leaveSoon: readonly Toleration[] = ['not-ready', 'unreachable'].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 20,
}));

const placement = (cpu: string, memory: string, memoryLimit: string): Placement => ({
  nodeSelector: linuxNodes,
  tolerations: leaveSoon,
  affinity: {},
  resources: { requests: { cpu, memory }, limits: { memory: memoryLimit } },
});

/** Defaults for everything but the image. Memory limits are far above measured use; there are no CPU limits, which only add latency. */
const commonDefaults = (image: string): CommonOptions => ({
  image,
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  logLevel: 'info',
});

/** The hub's defaults: two copies of the controller, of which one leads. */
export const hubDefaults = (image: string): HubOptions => ({
  ...commonDefaults(image),
  controller: { replicas: 2, ...placement('50m', '96Mi', '2Gi') },
});

/**
 * A member's defaults: two workers, of which one leads (if a drain evicts one, the other continues at once), two DNS servers, and an agent on every
 * node whatever its taints.
 */
export const memberDefaults = (image: string): MemberOptions => ({
  ...commonDefaults(image),
  worker: { replicas: 2, ...placement('50m', '96Mi', '2Gi') },
  dns: { replicas: 2, ...placement('20m', '64Mi', '512Mi') },
  agent: { ...placement('50m', '96Mi', '512Mi'), tolerations: [{ operator: 'Exists' }] },
  mutualTls: true,
});
