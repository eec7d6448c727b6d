import type { SliceNode } from '../../api/slicenode/type.ts';
import type { Pod } from '../../values/builtin/pod.ts';
import type { ClusterView } from './cluster-view.ts';
import { type Commands, commandsFor, type Finding } from './finding.ts';
import type { NodeFacts, SliceOnNode } from './node-facts.ts';
import { awayNodes } from './programs.ts';

/** Below this a file system is as good as full: kubelet itself evicts pods at 10 %. */
const leastFreeBytes = 8 * 1024 * 1024;
/** WireGuard's session is over after this many seconds without a handshake. */
const sessionSeconds = 180;

/** One node, with everything that its findings go by. */
interface Node {
  readonly facts: NodeFacts;
  readonly commands: Commands;
  /** Name of the agent's pod on it. */
  readonly agent: string | undefined;
  readonly sliceNodes: readonly SliceNode[];
}

const agentOf = (pods: readonly Pod[], node: string): string | undefined =>
  pods.find((pod) => pod.spec?.nodeName === node && pod.metadata.labels?.['app.kubernetes.io/component'] === 'agent')?.metadata.name;

const inAgent = ({ agent, commands }: Node, command: string): { remedy: string } | { advice: string } =>
  agent === undefined ? { advice: `run on the node: ${command}` } : { remedy: commands.inAgent(agent, command) };

const ofMachine = (node: Node): Finding[] => {
  const { facts, commands } = node;
  const object = `node ${facts.node}`;
  const findings: Finding[] = [];
  if (!facts.drivers.some(({ usable }) => usable))
    findings.push({
      code: 'DriverMissing',
      severity: 'error',
      object,
      cause: 'No tunnel driver works on this node, so its pods are in no slice.',
      evidence: facts.drivers.map(({ reason }) => reason).join('; '),
      advice: 'load the kernel module (modprobe wireguard; Linux 5.6 or newer), or give the node /dev/net/tun (modprobe tun)',
    });
  for (const { path, freeBytes, totalBytes, refused } of facts.disks) {
    if (refused === undefined && freeBytes >= leastFreeBytes) continue;
    findings.push({
      code: 'DiskFull',
      severity: refused === undefined ? 'warning' : 'error',
      object,
      cause: `${path} ${refused === undefined ? 'is nearly full' : 'cannot be written'}: after a reboot this node would wait for its API server before any slice works, and new pods may not start.`,
      evidence: `${Math.round(freeBytes / 1_048_576)} MiB of ${Math.round(totalBytes / 1_048_576)} MiB free${refused === undefined ? '' : `, a trial said ${refused}`}`,
      ...inAgent(node, `sh -c "du -xak ${path} | sort -n | tail -20"`),
      advice: `remove what fills ${path}; its largest files are shown by the command`,
    });
  }
  if (facts.agentTrouble !== undefined)
    findings.push({
      code: 'AgentNotReady',
      severity: 'error',
      object,
      cause: 'The agent of this node is not ready: changes of slices and pods do not reach the node, and what was connected stays.',
      evidence: facts.agentTrouble,
      remedy: commands.kubectl('kubeslice-system', node.agent === undefined ? 'get pods -o wide' : `logs ${node.agent} --tail 20`),
    });
  if (facts.busyPorts.length > 0 && facts.slices.some(({ listenPort, present }) => !present || listenPort === undefined))
    findings.push({
      code: 'PortTaken',
      severity: 'warning',
      object,
      cause: `Another program of this node uses UDP ${facts.busyPorts.slice(0, 5).join(', ')}, of the ports 51820-51899 that tunnels take.`,
      evidence: `${facts.busyPorts.length} of 80 ports are in use by others`,
      advice: 'end that program, or let it use other ports; a tunnel takes the next free port',
    });
  for (const { family, table, chain, handle, text } of facts.dropRules)
    findings.push({
      code: 'FirewallDrops',
      severity: 'error',
      object,
      cause: `The firewall of this node drops packets of tunnels: nodes must reach each other on UDP 51820-51899.`,
      evidence: `${family} ${table} ${chain}: ${text}`,
      ...inAgent(node, `nft delete rule ${family} ${table} ${chain} handle ${handle}`),
    });
  return findings;
};

const ofCni = (node: Node, isMember: boolean): Finding[] => {
  const { cni, node: name } = node.facts;
  const object = `node ${name}`;
  const [active = ''] = cni.files;
  const late = 'pods are attached only some moments after they have started, and one that starts while the agent is away stays out';
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
        ...inAgent(node, `mv /host/etc/cni/net.d/${active} /host/etc/cni/net.d/${active}.disabled`),
      },
    ];
  // Before an installation nobody has put it there.
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
      remedy: node.commands.kubectl('kubeslice-system', 'rollout restart daemonset/kubeslice-agent'),
    },
  ];
};

/** Whether an interface leads to other machines: one of a single address leads to a pod. */
const isUnderlay = ({ addresses }: NodeFacts['links'][number]): boolean =>
  addresses.some((address) => !address.startsWith('127.') && !address.endsWith('/32'));

/** Links of a node that it reports as down. */
const down = (sliceNodes: readonly SliceNode[], slice: string, node: string) =>
  sliceNodes
    .filter(({ spec }) => spec.slice === slice && spec.node === node)
    .flatMap(({ status }) => status?.links?.exceptions ?? [])
    .filter(({ state }) => state === 'Down');

const restart = (node: Node): string =>
  node.agent === undefined
    ? node.commands.kubectl('kubeslice-system', 'rollout restart daemonset/kubeslice-agent')
    : node.commands.kubectl('kubeslice-system', `delete pod ${node.agent}`);

const ofSlice = (node: Node, slice: SliceOnNode): Finding[] => {
  const { facts, sliceNodes } = node;
  const object = `slice ${slice.name} on node ${facts.node}`;
  const healed = 'the agent mends it within ten seconds while it runs';
  const remedy = restart(node);
  const finding = (code: Finding['code'], cause: string, evidence: string): Finding => ({
    code,
    severity: 'error',
    object,
    cause,
    evidence,
    remedy,
  });
  if (!slice.present) return [finding('SliceAbsent', `The slice has no network on this node; ${healed}.`, 'no network namespace')];
  const published = sliceNodes.find(({ spec }) => spec.slice === slice.name && spec.node === facts.node)?.status?.publicKey;
  const findings: Finding[] = [];
  if (slice.tunnel === undefined || slice.publicKey === undefined)
    findings.push(
      finding('SliceAbsent', `The slice has no tunnel on this node; ${healed}.`, 'no tunnel interface, or its process is dead'),
    );
  else if (published !== undefined && published !== slice.publicKey)
    findings.push(
      finding(
        'KeyDiffers',
        `The tunnel runs with another key than the one that this node published, so no peer accepts it; ${healed}.`,
        `published ${published}, in use ${slice.publicKey}`,
      ),
    );
  if (slice.tunnel !== undefined && !slice.routes.some((line) => line.startsWith(`${slice.subnet} dev ${slice.tunnel?.name ?? ''}`)))
    findings.push(finding('RouteMissing', `The slice has no route into its tunnel on this node; ${healed}.`, `no route ${slice.subnet}`));
  if (slice.wrongSettings.length > 0)
    findings.push(
      finding(
        'SettingWrong',
        `Kernel settings of the slice are wrong on this node; ${healed}.`,
        `should be ${slice.wrongSettings.join(', ')}`,
      ),
    );
  const narrowest = Math.min(...facts.links.filter(isUnderlay).map(({ mtu }) => mtu));
  if (slice.tunnel !== undefined && Number.isFinite(narrowest) && slice.tunnel.mtu + 60 > narrowest)
    findings.push({
      ...finding(
        'LinkTooNarrow',
        `The slice carries packets of ${slice.tunnel.mtu} bytes and the network of the node ${narrowest}, of which the tunnel needs 60: large packets are lost or divided.`,
        `MTU ${slice.tunnel.mtu} inside, ${narrowest} outside`,
      ),
      severity: 'warning',
    });
  for (const link of down(sliceNodes, slice.name, facts.node)) {
    const peer = slice.peers.find(({ name }) => name === link.peer);
    const age = peer?.handshakeAge;
    const over = age === undefined || age > sessionSeconds;
    findings.push({
      code: 'LinkDown',
      severity: 'error',
      object: `${object}, link to ${link.peer}`,
      cause: over
        ? 'The other node answers no handshakes: it is off, UDP packets are dropped on the way, or it has another key.'
        : 'The other node answered handshakes a moment ago and answers probes no more: it is off, or packets are dropped on the way.',
      evidence: `${link.reason}; last handshake ${age === undefined ? 'never' : `${age} s ago`}${peer === undefined ? '' : `, sent ${peer.sentBytes} bytes, received ${peer.receivedBytes}, to ${peer.endpoint ?? 'no known address'}`}`,
      advice: `see whether node ${link.peer} is on; let the two nodes exchange UDP 51820-51899`,
    });
  }
  for (const pod of slice.pods) {
    const wanted = `${pod.address}/32`;
    if (!pod.running || (pod.interface?.up === true && pod.interface.addresses.includes(wanted) && pod.routed)) continue;
    findings.push({
      code: 'PodNotAttached',
      severity: 'error',
      object: `pod ${pod.namespace}/${pod.name}`,
      cause: `The pod has no working interface in slice ${slice.name}; ${healed}.`,
      evidence:
        pod.interface === undefined
          ? 'no interface slice0'
          : `slice0 has ${pod.interface.addresses.join(', ') || 'no address'}, route ${pod.routed ? 'there' : 'missing'}`,
      remedy,
    });
  }
  return findings;
};

/** What is wrong on each node, by what it says itself; a node that is away or cannot be asked is one finding. */
export const nodeFindings = (view: ClusterView): Finding[] => {
  const commands = commandsFor(view.contexts);
  const away = awayNodes(view);
  const absent = away.map(
    (node): Finding => ({
      code: 'NodeAway',
      severity: 'error',
      object: `node ${node}`,
      cause: `Node ${node} is not Ready: it is off, or its kubelet does not reach the API server. Its pods are reached by nobody, and the others leave them out.`,
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
            cause: 'This node could not be asked, so nothing is said about it here.',
            evidence: why,
            remedy: commands.kubectl('kubeslice-system', `get pods -o wide --field-selector spec.nodeName=${node}`),
          },
        ],
  );
  const told = [...view.facts.values()].flatMap((facts) => {
    if (away.includes(facts.node)) return [];
    const node: Node = { facts, commands, agent: agentOf(view.pods, facts.node), sliceNodes: view.sliceNodes };
    return [...ofMachine(node), ...ofCni(node, view.isMember), ...facts.slices.flatMap((slice) => ofSlice(node, slice))];
  });
  return [...absent, ...silent, ...told];
};
