import type { Finding } from '../finding.ts';
import { type AskedNode, onNode } from './asked-node.ts';

/** With less free space a file system counts as full: the kubelet itself evicts pods at 10 %. */
const leastFreeBytes = 8 * 1024 * 1024;

/** Faults of the machine itself: its tunnel drivers, disks, ports and firewall, and its agent. */
export const machineFindings = (node: AskedNode): Finding[] => {
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
      ...onNode(node, `sh -c "du -xak ${path} | sort -n | tail -20"`),
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
      ...onNode(node, `nft delete rule ${family} ${table} ${chain} handle ${handle}`),
    });
  return findings;
};
