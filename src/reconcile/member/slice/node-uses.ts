import { memberNamespace } from '../../../api/places.ts';
import { isInSlice, sliceNodeName } from '../../../api/slicenode/type.ts';
import type { Pod } from '../../../kubernetes/kinds.ts';
import type { Change } from '../../../kubernetes/mirror.ts';
import { nodeNeededBy } from '../../../plan/facts/member-pod.ts';
import { isInService } from '../../../plan/links/links.ts';
import { isNotReady } from '../../../plan/links/missing-node.ts';
import { type NodeUse, planNodeUse } from '../../../plan/membership/nodes/node-use.ts';
import { isLinux, type Node } from '../../../values/builtin/node.ts';
import type { Session } from '../session/session.ts';

/** The nodes of this cluster that a slice needs. */
export interface NodeUses {
  /** Decides it again. */
  decide(): NodeUse;
  /** Whether a change of a pod may change the decision. */
  changesWith(change: Change<Pod>): boolean;
}

/** Whether a node can carry the traffic of its cluster: it is Ready and in service. */
export const serves = (node: Node): boolean => isInService(node) && !isNotReady(node);

/** The node uses of a session, none of its nodes known as idle: a worker that starts gives every node the whole time again. */
export const createNodeUses = (session: Session): NodeUses => {
  const { local, slice, clock } = session;
  let idleSince: ReadonlyMap<string, number> = new Map();
  const sliceNodeOf = (node: string) => local.sliceNodes.get(`${memberNamespace}/${sliceNodeName(slice, node)}`);
  const isPodThere = (node: string): boolean =>
    session.grant.namespaces.some((namespace) => (session.pods(namespace)?.byIndex('node', node).length ?? 0) > 0);
  // The agent has not detached it yet.
  const isPodAttached = (node: string): boolean => Object.keys(sliceNodeOf(node)?.status?.pods ?? {}).length > 0;
  return {
    decide: () => {
      const nodes = local.nodes.list().filter(isLinux);
      const use = planNodeUse({
        nodes: nodes.map((node) => ({ node: node.metadata.name, serves: serves(node) })),
        hasPod: (node) => isPodThere(node) || isPodAttached(node),
        holding: new Set(
          local.sliceNodes
            .byIndex('slice', slice)
            .flatMap((each) => (isInSlice(each) && each.spec.blocks.length > 0 ? [each.spec.node] : [])),
        ),
        idleSince,
        now: clock.monotonic(),
      });
      ({ idleSince } = use);
      return use;
    },
    changesWith: ({ type, object, previous }) => {
      const last = type === 'deleted' ? object : previous;
      const [before, after] = [last && nodeNeededBy(last), type === 'deleted' ? undefined : nodeNeededBy(object)];
      if (before === after) return false;
      const joins = (node: string): boolean => {
        const sliceNode = sliceNodeOf(node);
        return sliceNode === undefined || !isInSlice(sliceNode) || idleSince.has(node);
      };
      return (after !== undefined && joins(after)) || (before !== undefined && !isPodThere(before));
    },
  };
};
