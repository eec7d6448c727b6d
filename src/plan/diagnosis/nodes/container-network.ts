import type { Finding } from '../finding.ts';
import { type AskedNode, onNode } from './asked-node.ts';

/** Faults in the container network configuration of a node (CNI), which chains our plugin. */
export const containerNetworkFindings = (node: AskedNode, isMember: boolean): Finding[] => {
  const { cni, node: name } = node.facts;
  const object = `node ${name}`;
  const [active = ''] = cni.files;
  const late = 'pods are attached only moments after they have started, and not at all while the agent does not run';
  if (cni.files.length === 0)
    return [
      {
        code: 'CniNotChained',
        severity: 'error',
        object,
        cause: `The node has no container network configuration in /etc/cni/net.d, so ${late}.`,
        evidence: 'no .conflist, .conf or .json in it',
        advice: 'install a network plug-in; where it keeps its files elsewhere, see the chart for the folders of the agent',
      },
    ];
  if (!cni.isList)
    return [
      {
        code: 'CniNotAList',
        severity: 'error',
        object,
        cause: `The container runtime uses ${active}, the first by name, which is no list (.conflist) and takes no further plugin; ${late}.`,
        evidence: `files: ${cni.files.join(', ')}`,
        ...onNode(node, `mv /host/etc/cni/net.d/${active} /host/etc/cni/net.d/${active}.disabled`),
      },
    ];
  // Before an installation our plugin is not there.
  if (!isMember || (cni.chained && cni.plugin)) return [];
  return [
    {
      code: 'CniNotChained',
      severity: 'error',
      object,
      cause: cni.plugin
        ? `The plugin of KubeSlice is not in ${active}; the agent puts it there within ten seconds while it runs. Until then ${late}.`
        : `The program of the plugin is not in /opt/cni/bin, which ${active} names: pods cannot start.`,
      evidence: cni.plugin ? `no entry of type kubeslice in ${active}` : 'no /opt/cni/bin/kubeslice',
      remedy: node.commands.restartAgent(undefined),
    },
  ];
};
