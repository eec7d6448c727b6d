import { release } from 'node:os';
import { run } from '../../../host/run.ts';
import { findPodNamespaces } from '../../../kernel/pod/pod-namespaces.ts';
import { droppingRules } from '../../../plan/diagnosis/dropping-rules.ts';
import type { NodeFacts } from '../../../plan/diagnosis/node-facts.ts';
import { isAbsent, type Snapshot } from '../../../plan/facts/node-state.ts';
import { createLog } from '../../../telemetry/log.ts';
import { tunnelPorts } from '../../../values/ports.ts';
import { kernelOfNode } from '../kernel-of-node.ts';
import type { AgentSettings } from '../settings.ts';
import { SnapshotFile } from '../stored/snapshot-file.ts';
import { agentTrouble, cniOf, disksOf, foreignPorts, hostLinks } from './host-facts.ts';
import { sliceOnNode } from './slice-facts.ts';

/** A node with many services takes long to print its rules; after this time they are omitted. */
const rulesetMs = 8_000;

const ruleset = async (signal: AbortSignal): Promise<string> => {
  try {
    return (await run(['nft', '-j', '-s', 'list', 'ruleset'], { signal, timeoutMs: rulesetMs, maxBytes: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    if (signal.aborted) throw error;
    return '';
  }
};

/** The ports and addresses of the node's tunnels and of its peers. */
const trafficOf = (snapshot: Snapshot | undefined) => {
  const slices = snapshot?.facts.slices ?? [];
  const endpoints = slices.flatMap(({ peers }) => peers.flatMap((peer) => peer.endpoints));
  const own = Object.values(snapshot?.decisions ?? {}).flatMap(({ port }) => port ?? []);
  return {
    own,
    ports: own.length === 0 ? tunnelPorts : [...new Set([...own, ...endpoints.map(({ port }) => port)])],
    addresses: [...new Set([...(snapshot?.facts.addresses ?? []), ...endpoints.map(({ address }) => address)])],
  };
};

/** Where the agent of this node answers about itself; undefined where no agent is expected. */
export interface AgentEndpoint {
  readonly host: string;
  readonly port: number;
}

/** All facts of the node of this program, from the node's kernel and files. It changes nothing. */
export const collectFacts = async (settings: AgentSettings, agent: AgentEndpoint | undefined, signal: AbortSignal): Promise<NodeFacts> => {
  const snapshot = await new SnapshotFile(settings, createLog({ program: 'agent', level: 'silent' })).load(settings.node);
  const traffic = trafficOf(snapshot);
  const tunnelProgram = `${settings.hostFiles}/wireguard-go`;
  const kernel = kernelOfNode(settings, tunnelProgram, run);
  const podNamespaces = snapshot === undefined ? new Map<string, string>() : await findPodNamespaces();
  const now = Date.now();
  const [drivers, links, disks, cni, busyPorts, rules, trouble, slices] = await Promise.all([
    kernel.drivers(signal),
    hostLinks(run, signal),
    disksOf([settings.stateDirectory, settings.runDirectory]),
    cniOf(settings),
    foreignPorts(tunnelPorts[0] ?? 0, tunnelPorts.at(-1) ?? 0, traffic.own),
    ruleset(signal),
    agent === undefined ? undefined : agentTrouble(agent, signal),
    Promise.all(
      (snapshot?.facts.slices ?? [])
        .filter((slice) => !isAbsent(slice))
        .map((slice) =>
          sliceOnNode({
            snapshot: snapshot as Snapshot,
            slice,
            podNamespaces,
            now,
            signal,
            tunnelOf: (network) => kernel.observe(network, signal),
          }),
        ),
    ),
  ]);
  return {
    version: 1,
    node: settings.node,
    now,
    kernel: release(),
    drivers: drivers.map(({ driver, usable, reason }) => ({ driver, usable, reason })),
    links,
    disks,
    cni,
    busyPorts,
    dropRules: droppingRules(rules, traffic).slice(0, 256),
    ...(trouble === undefined ? {} : { agentTrouble: trouble }),
    slices,
  };
};
