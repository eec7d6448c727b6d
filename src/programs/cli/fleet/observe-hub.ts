import type { Cluster } from '../../../api/cluster/type.ts';
import { clusterKind, noticeKind, sliceKind } from '../../../api/kinds.ts';
import { statementLabel } from '../../../api/labels.ts';
import type { Notice, StatementKind } from '../../../api/notice/type.ts';
import { hubNamespace } from '../../../api/places.ts';
import type { Slice } from '../../../api/slice/type.ts';
import { deploymentKind } from '../../../kubernetes/kinds.ts';
import { type FleetSnapshot, noticesOf } from '../../../plan/status/fleet-snapshot.ts';
import { findProject } from '../steps/find-project.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';

/** Reads one project from the hub, with the notices of the given kinds; `cluster` is the name of the member that the hub itself is, if it is one. */
export const observeHub = async (
  hub: OpenCluster,
  want: { readonly project: string; readonly cluster: string | undefined; readonly kinds: readonly StatementKind[] },
  signal: AbortSignal,
): Promise<FleetSnapshot> => {
  const { client } = hub;
  const { project, cluster, kinds } = want;
  const namespace = await findProject(hub, project, signal);
  const [controller, clusters, slices] = await Promise.all([
    client.find(deploymentKind, { namespace: hubNamespace, name: 'kubeslice-controller' }, { signal }),
    client.list<Cluster>(clusterKind, { namespace, signal }),
    client.list<Slice>(sliceKind, { namespace, signal }),
  ]);
  const labelSelector = `${statementLabel} in (${kinds.map((kind) => kind.toLowerCase()).join(',')})`;
  const boards = slices.items.flatMap(({ status }) => status?.exchangeNamespace ?? []);
  const [lists, { statementsIn }] = await Promise.all([
    Promise.all(boards.map((board) => client.list<Notice>(noticeKind, { namespace: board, labelSelector, signal }))),
    // The schema of statements is loaded while the hub answers.
    import('../../../plan/status/statements.ts'),
  ]);
  const notices = lists.flatMap(({ items }) => items);
  return {
    now: Date.now(),
    project,
    contexts: { here: hub.context, hub: hub.context, known: hub.contexts, ...(cluster === undefined ? {} : { cluster }) },
    namespace,
    controller,
    clusters: clusters.items,
    slices: slices.items,
    ...statementsIn(noticesOf(slices.items, notices)),
  };
};
