import type { Pod } from '../../../values/builtin/pod.ts';
import type { ClusterView } from '../cluster-view.ts';
import { commandsFor, type Finding } from '../finding.ts';
import { notReadyNodes } from '../programs.ts';
import type { AskedNode } from './asked-node.ts';
import { containerNetworkFindings } from './container-network.ts';
import { machineFindings } from './machine.ts';
import { sliceOnNodeFindings } from './slice-on-node.ts';

const agentOf = (pods: readonly Pod[], node: string): string | undefined =>
  pods.find((pod) => pod.spec?.nodeName === node && pod.metadata.labels?.['app.kubernetes.io/component'] === 'agent')?.metadata.name;

/** Nodes on which nothing of an installation would start. */
const imageFindings = ({ unpulled }: ClusterView): Finding[] => {
  if (unpulled === undefined || unpulled.nodes.size === 0) return [];
  const { image, nodes } = unpulled;
  const names = [...nodes.keys()].toSorted();
  return [
    {
      code: 'ImageMissing',
      severity: 'error',
      object: `image ${image}`,
      cause: `These nodes cannot pull it, so nothing of KubeSlice would start there, and they could not be asked: ${names.join(', ')}.`,
      evidence: `${names[0]}: ${nodes.get(names[0] ?? '')}`,
      advice: 'push it where they can pull it, or name another with --image, here and in "kubeslice install" and "kubeslice join"',
    },
  ];
};

const podNetworkFindings = ({ podsSilent }: ClusterView): Finding[] =>
  podsSilent === undefined
    ? []
    : [
        {
          code: 'NodeSilent',
          severity: 'warning',
          object: 'the network of pods',
          cause: 'No pod in it could be asked, so nothing is reported here about cluster DNS and the way to the hub.',
          evidence: podsSilent,
          advice: 'run this again',
        },
      ];

/** The faults of each node, from its own facts; a node that is not Ready or does not answer is one finding. */
export const nodeFindings = (view: ClusterView): Finding[] => {
  const commands = commandsFor(view.contexts);
  const away = notReadyNodes(view);
  const absent = away.map(
    (node): Finding => ({
      code: 'NodeAway',
      severity: 'error',
      object: `node ${node}`,
      cause: `Node ${node} is not Ready: it is off, or its kubelet does not reach the API server. Its pods are unreachable, and DNS withholds them.`,
      evidence:
        view.nodes.find(({ metadata }) => metadata.name === node)?.status?.conditions?.find(({ type }) => type === 'Ready')?.message ??
        'no condition Ready',
      remedy: commands.kubectl('', `describe node ${node}`),
      advice: `switch it on again; when it is gone for good: ${commands.kubectl('', `delete node ${node}`)}`,
    }),
  );
  const silent = [...view.silent].flatMap(([node, why]): Finding[] =>
    away.includes(node)
      ? []
      : [
          {
            code: 'NodeSilent',
            severity: 'warning',
            object: `node ${node}`,
            cause: 'This node could not be asked, so nothing is reported about it here.',
            evidence: why,
            remedy: view.isMember
              ? commands.kubectl('kubeslice-system', `get pods -o wide --field-selector spec.nodeName=${node}`)
              : commands.kubectl('', `describe node ${node}`),
          },
        ],
  );
  const reported = [...view.facts.values()].flatMap((facts) => {
    if (away.includes(facts.node)) return [];
    const node: AskedNode = { facts, commands, agent: agentOf(view.pods, facts.node), sliceNodes: view.sliceNodes };
    return [
      ...machineFindings(node),
      ...containerNetworkFindings(node, view.isMember),
      ...facts.slices.flatMap((slice) => sliceOnNodeFindings(node, slice)),
    ];
  });
  return [...absent, ...imageFindings(view), ...silent, ...podNetworkFindings(view), ...reported];
};
