import type { Reason } from '../../api/reasons.ts';
import type { Stranger } from '../diagnosis/cluster-view.ts';
import type { Help } from './help.ts';
import type { MemberSnapshot } from './member-snapshot.ts';
import { type Problem, problemOf } from './problem.ts';

/** The state of an installation, beside its programs. */
export interface InstallationView {
  /** Programs of KubeSlice of another installation. */
  readonly strangers: readonly Stranger[];
  /** Full names of our kinds that the API server does not have. */
  readonly missingDefinitions: readonly string[];
}

const ofStrangers = ({ installation, cluster }: MemberSnapshot, help: Help): Problem[] =>
  (installation?.strangers ?? []).map(({ kind, namespace, name, image }) =>
    problemOf(
      { kind: kind.toLowerCase(), name, namespace, cluster },
      {
        reason: 'SecondInstallation',
        text: `${kind} ${namespace}/${name} (${image}) belongs to a second installation; both change the same objects and nodes.`,
        help: help.deleteWorkload(cluster, namespace, kind.toLowerCase(), name),
      },
    ),
  );

const ofDefinitions = ({ installation, cluster }: MemberSnapshot, help: Help): Problem[] =>
  (installation?.missingDefinitions ?? []).map((name) =>
    problemOf(
      { kind: 'customresourcedefinition', name, cluster },
      {
        reason: 'DefinitionMissing',
        text: `The API server does not know ${name}; its objects were deleted with it.`,
        help: help.join(cluster),
      },
    ),
  );

/** An agent whose nodeSelector matches no node runs nowhere, and no pod reports it. */
const ofPlacement = ({ agent, nodes, cluster }: MemberSnapshot, help: Help): Problem[] => {
  if (agent?.status?.desiredNumberScheduled !== 0 || nodes.length === 0) return [];
  const text = `The agent runs on none of ${nodes.length} nodes; see its nodeSelector.`;
  const reason: Reason = 'AgentAbsent';
  return [problemOf({ kind: 'daemonset', name: 'kubeslice-agent', cluster }, { reason, text, help: help.doctor(cluster) })];
};

/** The nodes' reports about themselves: once for each node and reason, whatever the number of its slices. */
const ofSurroundings = ({ sliceNodes, cluster }: MemberSnapshot, help: Help): Problem[] => {
  const reported = sliceNodes.flatMap(({ spec, status }) =>
    (status?.conditions ?? [])
      .filter(({ type, status: value }) => type === 'Degraded' && value === 'True')
      .map((condition) => ({ node: spec.node, ...condition })),
  );
  const unique = new Map(reported.map((each) => [`${each.node} ${each.reason}`, each]));
  return [...unique.values()].map(({ node, reason, message, lastTransitionTime }) =>
    problemOf(
      { kind: 'node', name: node, cluster },
      { reason, text: message, since: lastTransitionTime, severity: 'warning', help: help.doctor(cluster) },
    ),
  );
};

/** The problems of a member's installation and of its nodes. */
export const installationProblems = (snapshot: MemberSnapshot, help: Help): Problem[] => [
  ...ofStrangers(snapshot, help),
  ...ofDefinitions(snapshot, help),
  ...ofPlacement(snapshot, help),
  ...ofSurroundings(snapshot, help),
];
