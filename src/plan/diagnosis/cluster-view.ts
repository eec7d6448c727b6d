import type { Cluster } from '../../api/cluster/type.ts';
import type { Condition } from '../../api/condition.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { ConfigMap } from '../../values/builtin/config-map.ts';
import type { Node } from '../../values/builtin/node.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';
import type { DaemonSet, Deployment } from '../../values/builtin/workloads.ts';
import type { ClusterNetworks } from '../cluster-networks.ts';
import type { Contexts } from './finding.ts';
import type { NodeFacts } from './node-facts.ts';
import type { Answer } from './probe-report.ts';
import type { Unread } from './unread.ts';

/** What a program of KubeSlice is installed as. */
export interface Workload {
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
  /** Undefined when it is not there. */
  readonly object: Deployment | DaemonSet | undefined;
}

/** Something like KubeSlice that stands beside it. */
export interface Stranger {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
}

/** What is known of the credential for the hub, without the credential. */
export interface CredentialView {
  readonly server: string;
  readonly cluster: string;
  /** When it ends, in milliseconds since 1970; undefined when it does not say. */
  readonly ends: number | undefined;
}

/** How far a clock is ahead of the machine that asks (negative: behind), and how far off that can be, in milliseconds. */
export interface ClockView {
  readonly object: string;
  readonly of: string;
  readonly aheadMs: number;
  readonly doubtMs: number;
  /** The clock that the others are compared with: that of the API server. */
  readonly isReference?: boolean;
}

/** How something answered that was asked from inside the cluster; undefined where nobody could ask. */
export interface Asked {
  readonly from: string;
  readonly answer: Answer;
}

/** Everything that a diagnosis of one cluster goes by. What could not be read is undefined, never empty, and named in `unread`. */
export interface ClusterView {
  readonly contexts: Contexts;
  /** Milliseconds since 1970 by the machine that asks. */
  readonly now: number;
  /** Clocks that were compared with the machine that asks; empty where none could be. */
  readonly clocks: readonly ClockView[];
  readonly version: { readonly minor: number; readonly text: string };
  /** What could not be read, and why. */
  readonly unread: readonly Unread[];
  /** Rights that the person lacks and an installation needs, as `create customresourcedefinitions`. */
  readonly lacking: readonly string[];
  readonly isHub: boolean;
  readonly isMember: boolean;
  /** Kinds that should be known and are not, by their full names. */
  readonly missingDefinitions: readonly string[];
  /** Those of which it could be read whether they are there. */
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
  readonly strangers: readonly Stranger[];
  /** Without a status where only their names are known. */
  readonly nodes: readonly Node[];
  readonly slices: readonly Slice[];
  readonly sliceNodes: readonly SliceNode[];
  readonly exports: readonly ServiceExport[];
  /** Services and pods of the namespaces that have exports. */
  readonly services: readonly Service[];
  readonly applicationPods: readonly Pod[];
  readonly applicationDeployments: readonly Deployment[];
  /** On the hub. */
  readonly clusters: readonly Cluster[];
  readonly clusterDns: {
    readonly main: ConfigMap | undefined;
    readonly custom: ConfigMap | undefined;
    /** The Service of our DNS servers, and how many of them are ready. */
    readonly service: Service | undefined;
    readonly servers: number;
  };
  readonly credential: CredentialView | undefined;
  /** What the worker says about its connection to the hub and about cluster DNS. */
  readonly connection: readonly Condition[];
  /** Network of services, of pods and of nodes. */
  readonly networks: ClusterNetworks;
  readonly facts: ReadonlyMap<string, NodeFacts>;
  /** Nodes that could not be asked, and why. */
  readonly silent: ReadonlyMap<string, string>;
  /** The hub, asked from a pod of the worker. */
  readonly hub: Asked | undefined;
  /** A name of the zone of slices, asked through cluster DNS. */
  readonly name: (Asked & { readonly asked: string }) | undefined;
}
