import { sliceKind, sliceNodeKind, slicePeerKind } from '../../api/kinds.ts';
import { nodeLabel } from '../../api/labels.ts';
import { memberNamespace } from '../../api/places.ts';
import { nodeLabelValue } from '../../api/slicenode/type.ts';
import { createMirror } from '../../kubernetes/mirror.ts';
import type { Client } from '../../kubernetes/port.ts';
import { nodeFacts, publishedDecisions } from '../../plan/node/facts.ts';
import type { NodeDecisions, NodeFacts } from '../../plan/node/node-state.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { nodeKind } from '../../values/builtin/node.ts';
import { type Pod, podKind } from '../../values/builtin/pod.ts';

/** Keeps of a pod what is read here: thousands of other fields would only cost memory. */
const trimPod = ({ apiVersion, kind, metadata, spec, status }: Pod): Pod => {
  const { name, namespace, uid, resourceVersion, labels, deletionTimestamp } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(labels === undefined ? {} : { labels }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: { containers: [], ...(spec?.hostNetwork === undefined ? {} : { hostNetwork: spec.hostNetwork }) },
    status: {
      ...(status?.phase === undefined ? {} : { phase: status.phase }),
      ...(status?.containerStatuses === undefined
        ? {}
        : { containerStatuses: status.containerStatuses.map(({ name, ready, restartCount }) => ({ name, ready, restartCount })) }),
    },
  };
};

/** What the API server says about this node, kept current. Reads nothing of other nodes but the peers of its slices. */
export const observeNode = (client: Client, node: string, log: Log, metrics: Metrics) => {
  const common = { client, log, metrics };
  const ours = { ...common, namespace: memberNamespace };
  const sliceNodes = createMirror({ ...ours, kind: sliceNodeKind, labelSelector: `${nodeLabel}=${nodeLabelValue(node)}` });
  const slicePeers = createMirror({ ...ours, kind: slicePeerKind });
  const slices = createMirror({ ...ours, kind: sliceKind });
  const pods = createMirror({ ...common, kind: podKind, fieldSelector: `spec.nodeName=${node}`, trim: trimPod });
  const nodes = createMirror({ ...common, kind: nodeKind, fieldSelector: `metadata.name=${node}` });
  const mirrors = [sliceNodes, slicePeers, slices, pods, nodes];
  return {
    sliceNodes,
    slicePeers,
    slices,
    pods,
    nodes,
    mirrors,
    /** What this node said of itself before; see `publishedDecisions`. */
    published: (): NodeDecisions => publishedDecisions(sliceNodes.list().filter(({ spec }) => spec.node === node)),
    /** The facts, or undefined until everything was read once: half of them would take down what runs. */
    facts: (): NodeFacts | undefined =>
      mirrors.every((mirror) => mirror.isSynced())
        ? nodeFacts({
            node,
            nodeObject: nodes.get(node),
            sliceNodes: sliceNodes.list().filter(({ spec }) => spec.node === node),
            slicePeers: slicePeers.list(),
            slices: slices.list(),
            pods: pods.list(),
          })
        : undefined,
  };
};
