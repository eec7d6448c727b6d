import { isInSlice, type SliceNode } from '../../api/slicenode/type.ts';
import { type MissingNode, reportLine } from '../../exchange/statement/links.ts';
import type { Node } from '../../values/builtin/node.ts';

const tunnelAbsent = 'the agent has not set up its tunnel yet; see "kubectl -n kubeslice-system get pods -o wide" there.';
const agentSilent = 'its agent has not reported for 45 s; see "kubectl -n kubeslice-system get pods -o wide" there.';

const readiness = ({ status }: Node) => status?.conditions?.find(({ type }) => type === 'Ready');

/** Whether a node is not Ready in Kubernetes: powered off, disconnected or broken. A node without the condition counts as Ready. */
export const isNotReady = (node: Node): boolean => (readiness(node)?.status ?? 'True') !== 'True';

/** The fault of a node that is not Ready. `Unknown` means that its kubelet does not report. */
const notReadyBecause = (node: Node): Pick<MissingNode, 'reason' | 'notReady' | 'since'> => {
  const ready = readiness(node);
  const since = Date.parse(ready?.lastTransitionTime ?? '');
  const when = Number.isNaN(since) ? {} : { since: new Date(since).toISOString() };
  const what =
    ready?.status === 'Unknown'
      ? 'the node is powered off or disconnected: its kubelet does not answer; see "kubectl describe node" there.'
      : 'the node is not Ready; see "kubectl describe node" there.';
  return { reason: what, notReady: true, ...when };
};

/**
 * Why a node that should serve has no part in a slice, for the report; undefined when it has one, and for a node that the slice does not need.
 * `silent` are nodes whose agents have not confirmed their reports for long.
 */
export const whyMissing = (sliceNode: SliceNode | undefined, silent: ReadonlySet<string>, node: Node): MissingNode | undefined => {
  const { name } = node.metadata;
  if (sliceNode !== undefined && !isInSlice(sliceNode)) return undefined;
  const status = sliceNode?.status;
  const hasTunnel = status?.publicKey !== undefined;
  if (isNotReady(node) && (!hasTunnel || silent.has(name))) return { node: name, ...notReadyBecause(node) };
  if (!hasTunnel) {
    const message = status?.conditions?.find((condition) => condition.status === 'False')?.message;
    return { node: name, reason: reportLine(message ?? tunnelAbsent) };
  }
  // A node that joined again has not reported for long, and reports within a second.
  return silent.has(name) && status?.links !== undefined ? { node: name, reason: agentSilent } : undefined;
};
