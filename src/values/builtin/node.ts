import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';
import type { Condition } from './condition.ts';

export type NodeAddress = {
  readonly type: 'InternalIP' | 'ExternalIP' | 'Hostname' | 'InternalDNS' | 'ExternalDNS';
  readonly address: string;
};

export type Node = KubernetesObject & {
  readonly spec?: {
    readonly podCIDR?: string;
    readonly podCIDRs?: readonly string[];
    readonly providerID?: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  };
  readonly status?: {
    readonly addresses?: readonly NodeAddress[];
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: {
      readonly kernelVersion?: string;
      readonly osImage?: string;
      readonly kubeletVersion?: string;
      readonly architecture?: string;
      readonly containerRuntimeVersion?: string;
    };
  };
};

/** The nodes on which programs of KubeSlice can run, as a selector of pods (well-known labels of Kubernetes). */
export const linuxNodes = { 'kubernetes.io/os': 'linux' } as const;

/** Whether that selector takes a node; one without the label, which no kubelet leaves out, counts as Linux. */
export const isLinux = ({ metadata }: Node): boolean => (metadata.labels?.['kubernetes.io/os'] ?? 'linux') === 'linux';

export const nodeKind: ResourceKind<Node> = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };
