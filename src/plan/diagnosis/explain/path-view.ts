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
  /** What was asked for, as `namespace/name`. */
  readonly asked: string;
  /** Slices of the cluster. */
  readonly slices: readonly Slice[];
  readonly sliceNodes: readonly SliceNode[];
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

/** Everything that was seen between a pod and what it calls. */
export interface PathView {
  readonly from: End;
  /** The other end; undefined when the context of its cluster is not at hand. */
  readonly to: End | undefined;
  /** The service that is called; undefined when a pod is called by its address. */
  readonly service:
    | {
        readonly namespace: string;
        readonly name: string;
        readonly dnsName: string;
        readonly import: ServiceImport | undefined;
        /** Endpoints that are stated as ready and left out here, because their nodes are not reached. */
        readonly withheld: number;
        /** Names that this cluster does know, as `namespace/name`. */
        readonly known: readonly string[];
        /** The cluster that offers it, looked at as by `kubeslice doctor`; undefined when it is not at hand. */
        readonly exporter: ClusterView | undefined;
      }
    | undefined;
  readonly endpoint: Endpoint | undefined;
  /** The node that has the address, when it is of another cluster. */
  readonly peer: SlicePeer | undefined;
  readonly port: { readonly number: number; readonly protocol: string; readonly targetPort: number } | undefined;
  /** Packets that were sent from the pod; undefined when nobody could send any. */
  readonly probe: PathAnswer | undefined;
  /** Packets that were sent back from the other pod. */
  readonly back: PathAnswer | undefined;
}

/** The steps of the way, in order. */
export const hopNames = ['membership', 'export', 'name', 'address', 'route', 'tunnel', 'size', 'pod', 'port', 'way back'] as const;

/** One step of the way, and how it is. */
export interface Hop {
  readonly hop: (typeof hopNames)[number];
  /** `unknown` where nobody could look. */
  readonly state: 'ok' | 'broken' | 'unknown';
  /** What is true or wrong, in a sentence. */
  readonly text: string;
  readonly object?: string;
  readonly remedy?: string;
  readonly advice?: string;
}
