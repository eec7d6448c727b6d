import { hubNamespace, memberNamespace, trustConfigMap } from '../../api/places.ts';
import type { ClusterView } from '../../plan/diagnosis/cluster-view.ts';
import { diagnose } from '../../plan/diagnosis/diagnose.ts';
import type { Finding } from '../../plan/diagnosis/finding.ts';
import { isUnread } from '../../plan/diagnosis/unread.ts';
import { Failure } from '../../values/failure.ts';
import { type CliCommand, type CliInput, exitCodes } from '../command.ts';
import { observeBefore } from '../diagnosis/before-install.ts';
import { observeCluster } from '../diagnosis/observe-cluster.ts';
import { contextOption, kubeconfigOption, textOption } from '../options/common-options.ts';
import { imageOf, imageOption } from '../options/image.ts';
import { renderFindings } from '../render/findings-text.ts';
import { outputOption, printModel } from '../render/output.ts';
import { type OpenCluster, withCluster } from '../steps/open-cluster.ts';

/** The findings in one cluster, in the form that `kubeslice doctor -o json` prints. */
interface Diagnosis {
  readonly context: string;
  readonly role: string;
  readonly nodesAsked: number;
  readonly nodes: number;
  readonly findings: readonly Finding[];
}

const roleOf = ({ isHub, isMember }: ClusterView): string => {
  if (isHub) return isMember ? 'hub and member' : 'hub';
  return isMember ? 'member' : 'without KubeSlice';
};

const diagnosisOf = (view: ClusterView): Diagnosis => ({
  context: view.contexts.cluster,
  role: roleOf(view),
  nodesAsked: view.facts.size,
  nodes: view.nodes.length,
  findings: diagnose(view),
});

/** What shows whether KubeSlice is installed. */
const signs = [`deployments in ${memberNamespace}`, `daemonsets in ${memberNamespace}`, `ConfigMap ${memberNamespace}/${trustConfigMap}`];

/** @throws Failure Forbidden when an installation may be there and may not be seen. */
const checkSeen = (view: ClusterView): void => {
  if (view.isHub || view.isMember || !signs.every((what) => isUnread(view, what))) return;
  throw new Failure(
    'Forbidden',
    `In context "${view.contexts.cluster}" you may not see whether KubeSlice is installed; ask for the role view in namespace ${memberNamespace} of a member or in ${hubNamespace} of the hub, or name another context.`,
  );
};

const examine = async (input: CliInput, cluster: OpenCluster, hubContext: string | undefined): Promise<Diagnosis> => {
  const { signal, terminal, options } = input;
  const view = await observeCluster(cluster, { hubContext, askNodes: true, signal });
  const isBefore = options.beforeInstall === true || (!view.isHub && !view.isMember);
  if (!isBefore) return diagnosisOf(view);
  checkSeen(view);
  // Without the right to make the pods nothing is tried; that it lacks is a finding.
  if (view.lacking.length > 0) return diagnosisOf(view);
  terminal.err(`note: asking every node of context "${cluster.context}" by a short-lived pod, which is removed again`);
  const before = await observeBefore(cluster, view, { image: imageOf(input), hubServer: textOption(input, 'hubServer'), signal });
  return diagnosisOf(before);
};

/** `kubeslice doctor`. */
export const command: CliCommand = {
  name: 'doctor',
  summary: 'Find the faults of a cluster, with their remedies',
  description:
    'Checks everything that KubeSlice needs and creates in one cluster: programs, kinds, credentials, cluster DNS, clocks, and on every node the network, firewall, disks and tunnels. It changes nothing.\n\nIn a cluster without KubeSlice it checks whether KubeSlice can be installed, with a short-lived pod on every node. A member needs no more than its own context; with --hub-context it checks the hub too. Ends with code 2 when something is wrong.',
  options: [
    contextOption('Context of the cluster'),
    { flags: '--hub-context <name>', text: 'Context of the hub, to check it too' },
    { flags: '--before-install', text: 'Check the nodes with short-lived pods, whatever is installed' },
    { flags: '--hub-server <url>', text: 'Address of the hub that pods should reach, before a join' },
    imageOption,
    outputOption('json', 'yaml'),
    kubeconfigOption,
  ],
  examples: [
    'kubeslice doctor --context east',
    'kubeslice doctor --context east --hub-context hub',
    'kubeslice doctor --context new --hub-server https://hub.example.org:6443',
  ],
  run: async (input) => {
    const hubContext = textOption(input, 'hubContext');
    const diagnoses = [await withCluster(input, textOption(input, 'context'), (cluster) => examine(input, cluster, hubContext))];
    if (hubContext !== undefined && hubContext !== diagnoses[0]?.context)
      diagnoses.push(await withCluster(input, hubContext, (hub) => examine(input, hub, hubContext)));
    await printModel(input.terminal, input.options.output, diagnoses, () =>
      diagnoses
        .map(({ context, role, findings, nodesAsked, nodes }) =>
          renderFindings(`${context} (${role})`, findings, `${nodesAsked} of ${nodes} nodes asked`, input.terminal.color),
        )
        .join('\n\n'),
    );
    const isWrong = diagnoses.some(({ findings }) => findings.some(({ severity }) => severity === 'error'));
    return isWrong ? exitCodes.unhealthy : exitCodes.ok;
  },
};
