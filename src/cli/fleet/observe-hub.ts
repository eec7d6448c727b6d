import type { Cluster } from '../../api/cluster/type.ts';
import { clusterKind, noticeKind, sliceKind } from '../../api/kinds.ts';
import { statementLabel } from '../../api/labels.ts';
import type { Notice, StatementKind } from '../../api/notice/type.ts';
import { hubNamespace, memberNamespace, projectNamespace } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import { deploymentKind } from '../../kubernetes/kinds.ts';
import { type FleetSnapshot, noticesOf } from '../../plan/status/fleet-snapshot.ts';
import { mayRead } from '../../plan/status/unreadable.ts';
import { Failure } from '../../values/failure.ts';
import { findProject } from '../steps/find-project.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { createAllowedReads } from './allowed-reads.ts';

/**
 * Reads one project from the hub, as far as the user may read it, with the notices of the given kinds; `cluster` is the name of the member that the
 * hub itself is, if it is one.
 *
 * @throws Failure Forbidden when neither clusters nor slices may be read.
 */
export const observeHub = async (
  hub: OpenCluster,
  want: { readonly project: string; readonly cluster: string | undefined; readonly kinds: readonly StatementKind[] },
  signal: AbortSignal,
): Promise<FleetSnapshot> => {
  const { client } = hub;
  const { project, cluster, kinds } = want;
  const allowed = createAllowedReads(client, signal);
  // A user who may not read the projects may still read one of them.
  const namespace = await findProject(hub, project, signal).catch((error: unknown) => {
    if (!Failure.is(error, 'Forbidden')) throw error;
    return projectNamespace(project);
  });
  const [controller, clusters, slices] = await Promise.all([
    allowed.find(deploymentKind, { namespace: hubNamespace, name: 'kubeslice-controller' }),
    allowed.list<Cluster>(clusterKind, { namespace }),
    allowed.list<Slice>(sliceKind, { namespace }),
  ]);
  const hides = (plural: string): boolean => !mayRead({ unreadable: allowed.refused() }, plural);
  if (hides('clusters') && hides('slices'))
    throw new Failure(
      'Forbidden',
      `In context "${hub.context}" you may read neither the clusters and slices of a hub nor what a member is; ask for the role kubeslice-hub-view in namespace ${namespace} of the hub, or for view in namespace ${memberNamespace} of a member, or name another context.`,
    );
  const labelSelector = `${statementLabel} in (${kinds.map((kind) => kind.toLowerCase()).join(',')})`;
  const boards = slices.flatMap(({ status }) => status?.exchangeNamespace ?? []);
  const [lists, { statementsIn }] = await Promise.all([
    Promise.all(boards.map((board) => allowed.list<Notice>(noticeKind, { namespace: board, labelSelector }))),
    // The schema of statements is loaded during the requests to the hub.
    import('../../plan/status/statements.ts'),
  ]);
  return {
    now: Date.now(),
    project,
    contexts: { here: hub.context, hub: hub.context, known: hub.contexts, ...(cluster === undefined ? {} : { cluster }) },
    namespace,
    controller,
    clusters,
    slices,
    unreadable: allowed.refused(),
    ...statementsIn(noticesOf(slices, lists.flat())),
  };
};
