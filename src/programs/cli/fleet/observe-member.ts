import { noticeKind, serviceExportKind, serviceImportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../../api/kinds.ts';
import { managedBy, managedByLabel } from '../../../api/labels.ts';
import { memberNamespace } from '../../../api/places.ts';
import { daemonSetKind, deploymentKind, nodeKind } from '../../../kubernetes/kinds.ts';
import { keptNoticesOf, type MemberSnapshot } from '../../../plan/status/member-snapshot.ts';
import { Failure } from '../../../values/failure.ts';
import type { KubernetesObject } from '../../../values/object.ts';
import type { ResourceKind } from '../../../values/resource-kind.ts';
import { connectionOf } from '../steps/joining/member-connection.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { observeStrangers } from './observe-strangers.ts';
import type { JoinedAs } from './sides.ts';

/** Reads what a member cluster knows, from its own objects. */
export const observeMember = async (member: OpenCluster, joined: JoinedAs, signal: AbortSignal): Promise<MemberSnapshot> => {
  const { client } = member;
  const own = { namespace: memberNamespace, signal };
  const missingDefinitions: string[] = [];
  // A kind that is not there has no objects, and is told of.
  const list = async <T extends KubernetesObject>(kind: ResourceKind<T>, query: Parameters<typeof client.list>[1]) => {
    try {
      return await client.list(kind, query);
    } catch (error) {
      if (!Failure.is(error, 'NotFound')) throw error;
      missingDefinitions.push(`${kind.plural}.${kind.group}`);
      return { items: [] as readonly T[] };
    }
  };
  const program = (name: string) => client.find(deploymentKind, { namespace: memberNamespace, name }, { signal });
  const [strangers, connection, worker, dns, agent, nodes, slices, sliceNodes, slicePeers, exports, imports, notices, { statementsIn }] =
    await Promise.all([
      observeStrangers(client, signal),
      connectionOf(client, signal),
      program('kubeslice-worker'),
      program('kubeslice-dns'),
      client.find(daemonSetKind, { namespace: memberNamespace, name: 'kubeslice-agent' }, { signal }),
      client.list(nodeKind, { signal }),
      list(sliceKind, { ...own, labelSelector: `${managedByLabel}=${managedBy}` }),
      list(sliceNodeKind, own),
      list(slicePeerKind, own),
      list(serviceExportKind, { signal }),
      list(serviceImportKind, { signal }),
      list(noticeKind, own),
      import('../../../plan/status/statements.ts'),
    ]);
  return {
    now: Date.now(),
    cluster: joined.cluster,
    project: joined.project,
    contexts: { here: member.context, hub: undefined, cluster: joined.cluster, known: member.contexts },
    connection,
    installation: { strangers, missingDefinitions: missingDefinitions.toSorted() },
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
