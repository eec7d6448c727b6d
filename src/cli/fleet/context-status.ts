import type { StatementKind } from '../../api/notice/type.ts';
import { type FleetStatus, planFleetStatus } from '../../plan/status/fleet-status.ts';
import { planMemberStatus } from '../../plan/status/member-status.ts';
import { type Problem, worstFirst } from '../../plan/status/problem.ts';
import type { CliInput } from '../command.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { observeSides } from './sides.ts';

/** The state of a context: the hub's side, the member's side, or, for a cluster that is both, the hub's with the member's beside it. */
export interface ContextStatus extends FleetStatus {
  readonly member?: FleetStatus;
}

const kinds: readonly StatementKind[] = ['Node', 'Links'];

/** Reads and judges the cluster of a context; health and problems are those of both sides. */
export const contextStatus = async (cluster: OpenCluster, input: CliInput, signal: AbortSignal): Promise<ContextStatus> => {
  const { hub, member } = await observeSides(cluster, input, kinds, signal);
  const sides = [...(hub === undefined ? [] : [planFleetStatus(hub)]), ...(member === undefined ? [] : [planMemberStatus(member)])];
  const [first, second] = sides;
  if (first === undefined) throw new TypeError('a context has at least one side');
  if (second === undefined) return first;
  return {
    ...first,
    healthy: first.healthy && second.healthy,
    fleetHealthy: first.fleetHealthy && second.fleetHealthy,
    problems: joined(first.problems, second.problems),
    member: second,
  };
};

/** The problems of both sides, without duplicates. */
const joined = (hub: readonly Problem[], member: readonly Problem[]): Problem[] => {
  const reported = new Set(hub.map(({ subject, reason }) => `${subject} ${reason}`));
  return worstFirst([...hub, ...member.filter(({ subject, reason }) => !reported.has(`${subject} ${reason}`))]);
};
