import type { LinksBody } from '../../api/notice/statement.ts';
import { memberNamespace } from '../../api/places.ts';
import { watching } from '../../loop/watching.ts';
import { planLinks, sameLinkStates } from '../../plan/worker/links.ts';
import { planLocalReadiness } from '../../plan/worker/local-readiness.ts';
import { writeCondition } from './local-condition.ts';
import type { Publisher } from './publish.ts';
import { graceMs, type Refusals } from './refusals.ts';
import type { Session } from './session.ts';

/** Measurements alone are worth a write this seldom, in milliseconds. */
const refreshMs = 30_000;

/**
 * Reports the links of this cluster to the hub, at once when a state changes, now and then for the measurements; and shows in the local slice whether
 * this cluster's part of it works. There is one key.
 */
export const links = (session: Session, publisher: Publisher, refusals: Refusals) => {
  const { local, grant } = session;
  let last: { readonly body: LinksBody; readonly at: number } | undefined;
  return {
    name: 'links',
    watches: [
      watching(local.sliceNodes, (change) => (change.object.spec.slice === grant.slice ? ['links'] : [])),
      watching(local.slicePeers, (change) => (change.object.spec.slice === grant.slice ? ['links'] : [])),
      watching(local.exports, ({ object, previous }) =>
        [object, previous].some((one) => one?.spec.slice === grant.slice && one.status?.exportStatus === 'ERROR') ? ['links'] : [],
      ),
      watching(refusals, () => ['links']),
      watching(local.slices, (change) => (change.object.metadata.name === grant.slice ? ['links'] : [])),
      watching(local.nodes, (change) => (change.type === 'updated' ? [] : ['links'])),
    ],
    reconcile: async (_key: string, signal: AbortSignal): Promise<{ againMs: number } | undefined> => {
      const sliceNodes = local.sliceNodes.byIndex('slice', grant.slice).filter((node) => node.spec.sliceUID === grant.sliceUID);
      const now = session.clock.now();
      const body = planLinks({
        sliceNodes,
        nodes: local.nodes.list().map((node) => node.metadata.name),
        peerCount: local.slicePeers.byIndex('slice', grant.slice).length,
        refused: refusals.list(now),
        exports: local.exports.byIndex('failing', grant.slice),
      });
      // Before the hub is told, since that may be away.
      const slice = local.slices.get(`${memberNamespace}/${grant.slice}`);
      if (slice !== undefined) await writeCondition(local, slice, planLocalReadiness(body), session.clock, signal);
      const again = (ms: number) => ({ againMs: refusals.pending(now) ? Math.min(ms, graceMs) : ms });
      const due = last === undefined || now - last.at >= refreshMs;
      if (last !== undefined && !due && sameLinkStates(body, last.body)) return again(refreshMs - (now - last.at));
      await publisher.publish('Links', session.hub.cluster, body, signal);
      last = { body, at: now };
      return again(refreshMs);
    },
  };
};
