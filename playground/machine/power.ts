import { mkdir, rm } from 'node:fs/promises';
import { Failure } from '../../src/values/failure.ts';
import { networkNamespace } from '../clusters/names.ts';
import type { ClusterSpec, Machine, PlaygroundSpec } from '../clusters/spec.ts';
import { createGroup } from './control-groups.ts';
import { holdService, type MachineHandle, machineGroup, startMachine, stopMachine } from './machine.ts';
import { nodesOf } from './machines.ts';
import { deleteNamespace, ensureMachineNetwork, ensurePodRoutes } from './network.ts';

/** The cluster that a machine belongs to. */
export function clusterOf(spec: PlaygroundSpec, machine: Machine): ClusterSpec {
  const cluster = spec.clusters.find((each) => each.name === machine.cluster);
  if (cluster === undefined) throw new Failure('Unexpected', `Machine ${machine.name} belongs to no cluster of the playground.`);
  return cluster;
}

/** Cuts a machine's power: its processes and its kernel state disappear at once; its disk stays. */
export async function powerOff(spec: PlaygroundSpec, handle: MachineHandle, signal: AbortSignal): Promise<void> {
  await stopMachine(handle, signal);
  await deleteNamespace(networkNamespace(spec.name, handle.name), signal);
}

/** Starts a machine whose scripts are written, from its disk alone. The named services wait until they are released. */
export async function powerOn(
  spec: PlaygroundSpec,
  machine: Machine,
  handle: MachineHandle,
  held: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await powerOff(spec, handle, signal);
  for (const directory of [handle.paths.pids, handle.paths.hold]) {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
  }
  for (const service of held) await holdService(handle, service, true);
  const cluster = clusterOf(spec, machine);
  await createGroup(handle.hierarchies, machineGroup(handle));
  await ensureMachineNetwork(spec, cluster, machine, signal);
  await ensurePodRoutes(spec.name, machine, nodesOf(spec.slot, cluster), signal);
  await startMachine(handle, signal);
}
