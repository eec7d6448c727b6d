import { readConnection } from '../../api/connection.ts';
import { noticeKind, serviceExportKind, serviceImportKind, sliceKind, sliceNodeKind, slicePeerKind } from '../../api/kinds.ts';
import { managedBy, managedByLabel } from '../../api/labels.ts';
import { connectionConfigMap, memberNamespace } from '../../api/places.ts';
import type { SliceNode } from '../../api/slicenode/type.ts';
import { configMapKind, daemonSetKind, deploymentKind, type Node, nodeKind } from '../../kubernetes/kinds.ts';
import { ownCluster } from '../../plan/facts/own-cluster.ts';
import { keptNoticesOf, type MemberSnapshot } from '../../plan/status/member-snapshot.ts';
import { mayRead } from '../../plan/status/unreadable.ts';
import { isLinux } from '../../values/builtin/node.ts';
import { Failure } from '../../values/failure.ts';
import type { KubernetesObject } from '../../values/object.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { createAllowedReads } from './allowed-reads.ts';
import { observeStrangers } from './observe-strangers.ts';
import type { JoinedAs } from './sides.ts';

/** The nodes of slices, for a user who may read SliceNodes but not nodes. */
const nodesByName = (sliceNodes: readonly SliceNode[]): Node[] =>
  [...new Set(sliceNodes.map(({ spec }) => spec.node))].map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } }));

/** Reads a member cluster's own objects, as far as the user may read them. */
export const observeMember = async (member: OpenCluster, joined: JoinedAs, signal: AbortSignal): Promise<MemberSnapshot> => {
  const { client } = member;
  const own = { namespace: memberNamespace };
  const allowed = createAllowedReads(client, signal);
  const missingDefinitions: string[] = [];
  // A missing kind has no objects, and is reported.
  const list = async <T extends KubernetesObject>(kind: ResourceKind<T>, query: Parameters<typeof allowed.list>[1] = {}) => {
    try {
      return await allowed.list(kind, query);
    } catch (error) {
      if (!Failure.is(error, 'NotFound')) throw error;
      missingDefinitions.push(`${kind.plural}.${kind.group}`);
      return [];
    }
  };
  const [strangers, connection, worker, dns, agent, nodes, slices, sliceNodes, slicePeers, exports, imports, notices, { statementsIn }] =
    await Promise.all([
      observeStrangers(client, signal),
      allowed.find(configMapKind, { ...own, name: connectionConfigMap }),
      allowed.find(deploymentKind, { ...own, name: 'kubeslice-worker' }),
      allowed.find(deploymentKind, { ...own, name: 'kubeslice-dns' }),
      allowed.find(daemonSetKind, { ...own, name: 'kubeslice-agent' }),
      allowed.list(nodeKind).then((all) => all.filter(isLinux)),
      list(sliceKind, { ...own, labelSelector: `${managedByLabel}=${managedBy}` }),
      list(sliceNodeKind, own),
      list(slicePeerKind, own),
      list(serviceExportKind),
      list(serviceImportKind),
      list(noticeKind, own),
      import('../../plan/status/statements.ts'),
    ]);
  const unreadable = allowed.refused();
  // The slices contain the name too.
  const cluster = joined.cluster ?? slices.map(ownCluster).find((name) => name !== undefined) ?? 'this cluster';
  return {
    now: Date.now(),
    cluster,
    project: joined.project,
    contexts: { here: member.context, hub: undefined, cluster, known: member.contexts },
    connection: readConnection(connection?.data),
    installation: { strangers, missingDefinitions: missingDefinitions.toSorted() },
    worker,
    dns,
    agent,
    nodes: mayRead({ unreadable }, 'nodes') ? nodes : nodesByName(sliceNodes),
    unreadable,
    slices,
    sliceNodes,
    slicePeers,
    exports,
    imports,
    stated: statementsIn(keptNoticesOf(notices)),
  };
};
