import { sliceNodeKind } from '../../../api/kinds.ts';
import { memberNamespace } from '../../../api/places.ts';
import { sliceNodeName } from '../../../api/slicenode/type.ts';
import { watching } from '../../../loop/watching.ts';
import { planServicePorts } from '../../../plan/exports/pods/service-ports.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { exportOf, ownBody } from '../publish/own-exports.ts';
import type { Session } from '../session/session.ts';
import type { ExportsOverCapacity } from './exports-over-capacity.ts';

/** Reports to each node of this cluster the translations of service ports to ports of its pods. The key is the node. */
export const servicePorts = (session: Session, overCapacity: ExportsOverCapacity) => {
  const { local, slice, hub, statements } = session;
  /** Nodes on which an export has translated ports, by export, and the reverse. */
  const nodesOf = new Map<string, ReadonlySet<string>>();
  const exportsOn = new Map<string, Set<string>>();
  /** Updates a published export; returns the affected nodes. */
  const follow = (subject: string): Set<string> => {
    const body = ownBody(session, subject);
    const leads = body?.ports.some(({ port, targetPort }) => port !== targetPort) === true;
    const before = nodesOf.get(subject) ?? new Set<string>();
    const after = new Set((leads ? body.endpoints : []).map(({ node }) => node));
    for (const node of before) exportsOn.get(node)?.delete(subject);
    for (const node of after) exportsOn.set(node, (exportsOn.get(node) ?? new Set()).add(subject));
    if (after.size === 0) nodesOf.delete(subject);
    else nodesOf.set(subject, after);
    return new Set([...before, ...after, ...overCapacity.nodesOf(subject)]);
  };
  return {
    name: 'service-ports',
    watches: [
      watching(statements, (change) =>
        change.cluster === hub.cluster && (change.kind === 'Export' || change.kind === 'Endpoints') ? follow(exportOf(change)) : [],
      ),
      // Its status changes often and does not matter here.
      watching(local.sliceNodes, ({ object, previous }) =>
        object.spec.slice === slice && object.metadata.generation !== previous?.metadata.generation ? [object.spec.node] : [],
      ),
    ],
    reconcile: async (node: string, signal: AbortSignal): Promise<void> => {
      const seen = local.sliceNodes.get(`${memberNamespace}/${sliceNodeName(slice, node)}`);
      if (seen === undefined) {
        overCapacity.set(node, []);
        return;
      }
      const plan = planServicePorts(
        node,
        [...(exportsOn.get(node) ?? [])].flatMap((subject) => ownBody(session, subject) ?? []),
      );
      if (overCapacity.set(node, plan.overCapacity) && plan.overCapacity.length > 0) {
        const exports = { count: plan.overCapacity.length, first: plan.overCapacity[0] };
        local.log.warn('a node is over capacity for the service ports of some exports', { slice, node, exports });
      }
      const wanted = plan.servicePorts;
      if (canonicalJson(wanted) === canonicalJson(seen.spec.servicePorts ?? [])) return;
      // A merge patch names this one field, so it never conflicts with the fields of the grant.
      await local.client.mergePatch(sliceNodeKind, seen.metadata, { spec: { servicePorts: wanted } }, { signal });
    },
  };
};
