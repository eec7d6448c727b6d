import { noticeKind, serviceExportKind, serviceImportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../../api/kinds.ts';
import { managedBy, managedByLabel } from '../../../api/labels.ts';
import { memberNamespace } from '../../../api/places.ts';
import { daemonSetKind, deploymentKind, nodeKind } from '../../../kubernetes/kinds.ts';
import { keptNoticesOf, type MemberSnapshot } from '../../../plan/status/member-snapshot.ts';
import { connectionOf } from '../member-connection.ts';
import type { OpenCluster } from '../open-cluster.ts';
import type { JoinedAs } from './sides.ts';

/** Reads what a member cluster knows, from its own objects. */
export const observeMember = async (member: OpenCluster, joined: JoinedAs, signal: AbortSignal): Promise<MemberSnapshot> => {
  const { client } = member;
  const own = { namespace: memberNamespace, signal };
  const program = (name: string) => client.find(deploymentKind, { namespace: memberNamespace, name }, { signal });
  const [connection, worker, dns, agent, nodes, slices, sliceNodes, slicePeers, exports, imports, notices, { statementsIn }] =
    await Promise.all([
      connectionOf(client, signal),
      program('kubeslice-worker'),
      program('kubeslice-dns'),
      client.find(daemonSetKind, { namespace: memberNamespace, name: 'kubeslice-agent' }, { signal }),
      client.list(nodeKind, { signal }),
      client.list(sliceKind, { ...own, labelSelector: `${managedByLabel}=${managedBy}` }),
      client.list(sliceNodeKind, own),
      client.list(slicePeerKind, own),
      client.list(serviceExportKind, { signal }),
      client.list(serviceImportKind, { signal }),
      client.list(noticeKind, own),
      import('../../../plan/status/statements.ts'),
    ]);
  return {
    now: Date.now(),
    cluster: joined.cluster,
    project: joined.project,
    contexts: { here: member.context, hub: undefined, cluster: joined.cluster, known: member.contexts },
    connection,
    worker,
    dns,
    agent,
    nodes: nodes.items,
    slices: slices.items,
    sliceNodes: sliceNodes.items,
    slicePeers: slicePeers.items,
    exports: exports.items,
    imports: imports.items,
    stated: statementsIn(keptNoticesOf(notices.items)),
  };
};
