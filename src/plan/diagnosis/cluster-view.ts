import type { Cluster } from '../../api/cluster/type.ts';
import type { Condition } from '../../api/condition.ts';
import type { ServiceExport } from '../../api/serviceexport/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import type { Node } from '../../values/builtin/node.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';
import type { DaemonSet, Deployment } from '../../values/builtin/workloads.ts';
import type { ClusterDns } from '../cluster-dns/plan.ts';
import type { ClusterNetworks } from '../membership/cluster-networks.ts';
import type { Contexts } from './finding.ts';
import type { NodeFacts } from './node-facts.ts';
import type { Answer } from './probe-report.ts';
import type { Unread } from './unread.ts';

/** A program of KubeSlice as it should be installed. */
export interface Workload {
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
  /** Undefined when it does not exist. */
  readonly object: Deployment | DaemonSet | undefined;
}

/** A program like KubeSlice beside this installation. */
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
  /** Its expiry in milliseconds since 1970; undefined without one. */
  readonly ends: number | undefined;
}

/** How far a clock is ahead of this machine (negative: behind), and the error of the measurement, in milliseconds. */
export interface ClockView {
  readonly object: string;
  readonly of: string;
  readonly aheadMs: number;
  readonly doubtMs: number;
  /** The clock with which the others are compared: that of the API server. */
  readonly isReference?: boolean;
}

/** The answer to a question from inside the cluster. */
export interface Asked {
  readonly from: string;
  readonly answer: Answer;
}

/** What the configuration of cluster DNS is called among what could not be read. */
export const clusterDnsReading = 'the configuration of cluster DNS';

/** All inputs of the diagnosis of one cluster. What could not be read is undefined, never empty, and named in `unread`. */
export interface ClusterView {
  readonly contexts: Contexts;
  /** Milliseconds since 1970 by this machine. */
  readonly now: number;
  /** Clocks that were compared with this machine; empty where none could be. */
  readonly clocks: readonly ClockView[];
  readonly version: { readonly minor: number; readonly text: string };
  /** What could not be read, and why. */
  readonly unread: readonly Unread[];
  /** Rights that an installation needs and the user lacks, as `create customresourcedefinitions`. */
  readonly lacking: readonly string[];
  readonly isHub: boolean;
  readonly isMember: boolean;
  /** Our kinds that the API server does not know, by their full names. */
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
  /** The clusters, on the hub. */
  readonly clusters: readonly Cluster[];
  /** The configuration of cluster DNS as the worker sees it. */
  readonly clusterDns: ClusterDns & {
    /** The Service of our DNS servers, and the number of ready ones. */
    readonly service: Service | undefined;
    readonly servers: number;
    /** The Deployments of cluster DNS itself, those that could be read. */
    readonly programs: readonly Deployment[];
  };
  readonly credential: CredentialView | undefined;
  /** The worker's report about its connection to the hub and about cluster DNS. */
  readonly connection: readonly Condition[];
  /** Networks of services, of pods and of nodes. */
  readonly networks: ClusterNetworks;
  readonly facts: ReadonlyMap<string, NodeFacts>;
  /** Nodes without an answer, and why. */
  readonly silent: ReadonlyMap<string, string>;
  /** Before an installation: the nodes that cannot pull the image that would be installed, and why. */
  readonly unpulled: { readonly image: string; readonly nodes: ReadonlyMap<string, string> } | undefined;
  /** Before an installation: why no pod in the cluster's own network could be asked. */
  readonly podsSilent: string | undefined;
  /** The hub's answer to a pod of the worker. */
  readonly hub: Asked | undefined;
  /** The answer of cluster DNS for a name in the zone of slices. */
  readonly name: (Asked & { readonly asked: string }) | undefined;
}
