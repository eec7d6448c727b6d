import type { Reason } from '../../api/reasons.ts';
import type { Stranger } from '../diagnosis/cluster-view.ts';
import type { Help } from './help.ts';
import type { MemberSnapshot } from './member-snapshot.ts';
import { type Problem, problemOf } from './problem.ts';

/** What an installation consists of, beside its programs. */
export interface InstallationView {
  /** Programs of KubeSlice that belong to another installation. */
  readonly strangers: readonly Stranger[];
  /** Full names of the kinds that the API server does not know, though it should. */
  readonly missingDefinitions: readonly string[];
}

const ofStrangers = ({ installation, cluster }: MemberSnapshot, help: Help): Problem[] =>
  (installation?.strangers ?? []).map(({ kind, namespace, name, image }) =>
    problemOf(
      { kind: kind.toLowerCase(), name, namespace, cluster },
      {
        reason: 'SecondInstallation',
        text: `${kind} ${namespace}/${name} (${image}) is of a second installation; both change the same objects and nodes.`,
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
        text: `The API server does not know ${name}; its objects are gone with it.`,
        help: help.join(cluster),
      },
    ),
  );

/** An agent that asks for labels that no node has runs nowhere, and no pod says so. */
const ofPlacement = ({ agent, nodes, cluster }: MemberSnapshot, help: Help): Problem[] => {
  if (agent?.status?.desiredNumberScheduled !== 0 || nodes.length === 0) return [];
  const text = `The agent is placed on none of ${nodes.length} nodes; see its nodeSelector.`;
  const reason: Reason = 'AgentAbsent';
  return [problemOf({ kind: 'daemonset', name: 'kubeslice-agent', cluster }, { reason, text, help: help.doctor(cluster) })];
};

/** What nodes say of their surroundings: once for each node and reason, whatever the number of its slices. */
const ofSurroundings = ({ sliceNodes, cluster }: MemberSnapshot, help: Help): Problem[] => {
  const told = sliceNodes.flatMap(({ spec, status }) =>
    (status?.conditions ?? [])
      .filter(({ type, status: value }) => type === 'Degraded' && value === 'True')
      .map((condition) => ({ node: spec.node, ...condition })),
  );
  const unique = new Map(told.map((each) => [`${each.node} ${each.reason}`, each]));
  return [...unique.values()].map(({ node, reason, message, lastTransitionTime }) =>
    problemOf(
      { kind: 'node', name: node, cluster },
      { reason, text: message, since: lastTransitionTime, severity: 'warning', help: help.doctor(cluster) },
    ),
  );
};

/** What is wrong with the installation of a member as such, and around its nodes. */
export const installationProblems = (snapshot: MemberSnapshot, help: Help): Problem[] => [
  ...ofStrangers(snapshot, help),
  ...ofDefinitions(snapshot, help),
  ...ofPlacement(snapshot, help),
  ...ofSurroundings(snapshot, help),
];
