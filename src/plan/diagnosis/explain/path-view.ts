import type { AccessPolicy } from '../../../api/accesspolicy/type.ts';
import type { ServiceImport } from '../../../api/serviceimport/type.ts';
import type { Slice } from '../../../api/slice/type.ts';
import type { SliceNode } from '../../../api/slicenode/type.ts';
import type { SlicePeer } from '../../../api/slicepeer/type.ts';
import type { Pod } from '../../../values/builtin/pod.ts';
import type { ClusterView } from '../cluster-view.ts';
import type { Contexts } from '../finding.ts';
import type { NodeFacts } from '../node-facts.ts';
import type { PathAnswer } from '../probe-report.ts';

/** One of the two ends, as its own cluster knows it. */
export interface End {
  readonly contexts: Contexts;
  readonly pod: Pod | undefined;
  /** The argument of the user, as `namespace/name`. */
  readonly asked: string;
  /** Slices of the cluster. */
  readonly slices: readonly Slice[];
  readonly sliceNodes: readonly SliceNode[];
  /** Policies of owners in the cluster; undefined when they cannot be read. */
  readonly accessPolicies: readonly AccessPolicy[] | undefined;
  /** Name of the agent's pod on the node of the pod. */
  readonly agent: string | undefined;
  /** Names of pods and workloads of the namespace that was asked for, where the pod is not there. */
  readonly otherPods?: readonly string[];
  readonly facts: NodeFacts | undefined;
}

/** One address behind the name. */
export interface Endpoint {
  readonly address: string;
  readonly cluster: string;
  readonly pod: string;
}

/** All observations between a pod and its target. */
export interface PathView {
  readonly from: End;
  /** The other end; undefined without a context of its cluster. */
  readonly to: End | undefined;
  /** The target service; undefined when the target is a pod. */
  readonly service:
    | {
        readonly namespace: string;
        readonly name: string;
        readonly dnsName: string;
        readonly import: ServiceImport | undefined;
        /** Endpoints that are published as ready and withheld here, because their nodes are unreachable. */
        readonly withheld: number;
        /** Names that this cluster knows, as `namespace/name`. */
        readonly known: readonly string[];
        /** The exporting cluster, observed as by `kubeslice doctor`; undefined without a context. */
        readonly exporter: ClusterView | undefined;
      }
    | undefined;
  readonly endpoint: Endpoint | undefined;
  /** The node with the address, if it belongs to another cluster. */
  readonly peer: SlicePeer | undefined;
  readonly port: { readonly number: number; readonly protocol: string; readonly targetPort: number } | undefined;
  /** Packets that were sent from the pod; undefined when none could be sent. */
  readonly probe: PathAnswer | undefined;
  /** Packets that were sent back from the other pod. */
  readonly back: PathAnswer | undefined;
}

/** The steps of the path, in order. */
export const hopNames = [
  'membership',
  'export',
  'name',
  'address',
  'route',
  'policy',
  'tunnel',
  'size',
  'pod',
  'port',
  'way back',
] as const;

/** One step of the path, and its state. */
export interface Hop {
  readonly hop: (typeof hopNames)[number];
  /** `unknown` when it could not be tested. */
  readonly state: 'ok' | 'broken' | 'unknown';
  /** The state or the fault, in a sentence. */
  readonly text: string;
  readonly object?: string;
  readonly remedy?: string;
  readonly advice?: string;
}
