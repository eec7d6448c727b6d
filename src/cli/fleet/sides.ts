import { projectKind } from '../../api/kinds.ts';
import type { StatementKind } from '../../api/notice/type.ts';
import { defaultProject, hubNamespace, hubSecret, memberNamespace, trustConfigMap } from '../../api/places.ts';
import { configMapKind, secretKind } from '../../kubernetes/kinds.ts';
import type { FleetSnapshot } from '../../plan/status/fleet-snapshot.ts';
import type { MemberSnapshot } from '../../plan/status/member-snapshot.ts';
import { Failure } from '../../values/failure.ts';
import type { CliInput } from '../command.ts';
import { projectOf } from '../options/common-options.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { createAllowedReads } from './allowed-reads.ts';
import { observeHub } from './observe-hub.ts';
import { observeMember } from './observe-member.ts';

/** The identity with which a cluster joined. */
export interface JoinedAs {
  /** Undefined for a user who may not read its credential. */
  readonly cluster: string | undefined;
  readonly project: string;
}

/** The sides of a context: the hub, a member, or both when one cluster is both. */
export interface Sides {
  readonly hub: FleetSnapshot | undefined;
  readonly member: MemberSnapshot | undefined;
}

/** Why the projects of a hub cannot be listed: there are none, or the user may not read them. */
type NoProjects = 'absent' | 'forbidden';

const listProjects = async ({ client }: OpenCluster, signal: AbortSignal) => {
  try {
    return (await client.list(projectKind, { namespace: hubNamespace, signal })).items;
  } catch (error) {
    if (Failure.is(error, 'NotFound')) return 'absent' satisfies NoProjects;
    if (Failure.is(error, 'Forbidden')) return 'forbidden' satisfies NoProjects;
    throw error;
  }
};

const joinedAs = async ({ client }: OpenCluster, signal: AbortSignal): Promise<JoinedAs | undefined> => {
  // A user with rights on a cluster need not have rights on its credential, and one with rights on a project on the hub none on a member that the hub
  // is too.
  const allowed = createAllowedReads(client, signal);
  const [trust, secret] = await Promise.all([
    allowed.find(configMapKind, { namespace: memberNamespace, name: trustConfigMap }),
    allowed.find(secretKind, { namespace: memberNamespace, name: hubSecret }),
  ]);
  const read = (field: string): string => Buffer.from(secret?.data?.[field] ?? '', 'base64').toString('utf8');
  if (trust === undefined && secret === undefined) return undefined;
  return { cluster: read('cluster') || undefined, project: read('project') || defaultProject };
};

/**
 * Determines the sides of a context's cluster, and reads them: a project on the hub with the notices of the given kinds, a member's own objects, or
 * both.
 *
 * @throws Failure NotFound when the cluster is neither, or the hub has no such project.
 */
export const observeSides = async (
  cluster: OpenCluster,
  input: CliInput,
  kinds: readonly StatementKind[],
  signal: AbortSignal,
): Promise<Sides> => {
  const [projects, joined] = await Promise.all([listProjects(cluster, signal), joinedAs(cluster, signal)]);
  // A user who may not list the projects of a cluster that is not a member gets the refusal of the next request.
  const isHub = projects === 'forbidden' ? joined === undefined : projects !== 'absent' && (projects.length > 0 || joined === undefined);
  if (!isHub && joined === undefined) {
    const { context } = cluster;
    throw new Failure(
      'NotFound',
      `Context "${context}" is neither a hub nor a member: KubeSlice is not installed there; run "kubeslice install --context ${context}" or "kubeslice join", or name another context.`,
    );
  }
  const [hub, member] = await Promise.all([
    isHub ? observeHub(cluster, { project: projectOf(input), cluster: joined?.cluster, kinds }, signal) : undefined,
    joined === undefined ? undefined : observeMember(cluster, joined, signal),
  ]);
  return { hub, member };
};
