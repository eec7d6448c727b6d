import type { NodeBody } from '../../api/notice/statement.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { watching } from '../../loop/watching.ts';
import { type Publisher, renewalEveryMs } from './publish.ts';
import { ownSubjects, type Session } from './session.ts';

const bodyOf = (sliceNode: SliceNode | undefined): NodeBody | undefined => {
  const status = sliceNode?.status;
  if (sliceNode === undefined || status?.publicKey === undefined || status.router === undefined || status.endpoints === undefined)
    return undefined;
  return {
    node: sliceNode.spec.node,
    publicKey: status.publicKey,
    endpoints: status.endpoints,
    blocks: sliceNode.spec.blocks,
    drivers: status.drivers ?? [],
    router: status.router,
  };
};

/** Tells the slice about the nodes of this cluster, as soon as their agents have made a tunnel. The key is the node. */
export const nodeNotices = (session: Session, publisher: Publisher) => ({
  name: 'node-notice',
  resync: {
    everyMs: renewalEveryMs,
    keys: () => session.local.sliceNodes.byIndex('slice', session.grant.slice).map((sliceNode) => sliceNode.spec.node),
  },
  watches: [
    ownSubjects(session, 'Node'),
    watching(session.local.sliceNodes, (change) => (change.object.spec.slice === session.grant.slice ? [change.object.spec.node] : [])),
  ],
  reconcile: async (node: string, signal: AbortSignal): Promise<void> => {
    const found = session.local.sliceNodes.byIndex('slice', session.grant.slice).find((sliceNode) => sliceNode.spec.node === node);
    const current = found?.spec.sliceUID === session.grant.sliceUID ? found : undefined;
    await publisher.publish('Node', node, bodyOf(current), signal);
  },
});
