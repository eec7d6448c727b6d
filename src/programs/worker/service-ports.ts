import { sliceNodeKind } from '../../api/kinds.ts';
import { memberNamespace } from '../../api/places.ts';
import { sliceNodeName } from '../../api/slicenode/type.ts';
import { watching } from '../../loop/watching.ts';
import { planServicePorts } from '../../plan/worker/service-ports.ts';
import { canonicalJson } from '../../values/canonical-json.ts';
import type { LeftOut } from './left-out.ts';
import type { Session } from './session.ts';

/** Tells each node of this cluster which service ports lead to which ports of its pods. The key is the node. */
export const servicePorts = (session: Session, leftOut: LeftOut) => {
  const { local, grant, hub, statements } = session;
  /** The nodes that an export concerns: those of its endpoints if it has ports to lead, and those that lead ports now or had no room for it. */
  const nodesOf = (subject: string): string[] => {
    const body = statements.get('Export', hub.cluster, subject)?.body;
    const leads = body?.ports.some(({ port, targetPort }) => port !== targetPort) === true;
    const leading = local.sliceNodes.byIndex('slice', grant.slice).filter((node) => (node.spec.servicePorts?.length ?? 0) > 0);
    const wanting = (leads ? body.endpoints : []).map((endpoint) => endpoint.node);
    return [...wanting, ...leading.map((node) => node.spec.node), ...leftOut.nodesOf(subject)];
  };
  return {
    name: 'service-ports',
    watches: [
      watching(statements, (change) => (change.kind === 'Export' && change.cluster === hub.cluster ? nodesOf(change.subject) : [])),
      // Its status changes often and is none of our business here.
      watching(local.sliceNodes, ({ object, previous }) =>
        object.spec.slice === grant.slice && object.metadata.generation !== previous?.metadata.generation ? [object.spec.node] : [],
      ),
    ],
    reconcile: async (node: string, signal: AbortSignal): Promise<void> => {
      const seen = local.sliceNodes.get(`${memberNamespace}/${sliceNodeName(grant.slice, node)}`);
      if (seen === undefined) {
        leftOut.set(node, []);
        return;
      }
      const plan = planServicePorts(
        node,
        statements.by('Export', hub.cluster).map((statement) => statement.body),
      );
      if (leftOut.set(node, plan.leftOut) && plan.leftOut.length > 0) {
        const exports = { count: plan.leftOut.length, first: plan.leftOut[0] };
        local.log.warn('a node has no room for the service ports of some exports', { slice: grant.slice, node, exports });
      }
      const wanted = plan.servicePorts;
      if (canonicalJson(wanted) === canonicalJson(seen.spec.servicePorts ?? [])) return;
      // A merge patch names this one field, so it never meets the fields that follow from the grant.
      await local.client.mergePatch(sliceNodeKind, seen.metadata, { spec: { servicePorts: wanted } }, { signal });
    },
  };
};
