import { readIfPresent } from '../../src/host/read-if-present.ts';
import { writeWholeFile } from '../../src/host/whole-file.ts';
import { type PlaygroundPaths, playgroundPaths } from '../clusters/paths.ts';
import type { PlaygroundSpec } from '../clusters/spec.ts';
import { requireSpec } from '../clusters/state.ts';
import { type Hierarchy, hierarchies } from '../machine/control-groups.ts';
import type { MachineHandle } from '../machine/machine.ts';
import type { Fault } from './fault.ts';

/** What the code for faults knows of a playground. */
export interface FaultContext {
  spec: PlaygroundSpec;
  paths: PlaygroundPaths;
  hierarchies: readonly Hierarchy[];
}

/** Reads the context. @throws Failure `NotFound` when there is no such playground. */
export async function faultContext(stateDirectory: string, name: string): Promise<FaultContext> {
  const spec = await requireSpec(stateDirectory, name);
  return { spec, paths: playgroundPaths(stateDirectory, name), hierarchies: await hierarchies() };
}

/** The handle of a machine of the playground. */
export function handleOf({ spec, paths, hierarchies }: FaultContext, machine: string): MachineHandle {
  return { playground: spec.name, name: machine, paths: paths.machine(machine), hierarchies };
}

/** The wanted faults, from their file. */
export async function readFaults(paths: PlaygroundPaths): Promise<Fault[]> {
  return JSON.parse((await readIfPresent(paths.faults)) ?? '[]') as Fault[];
}

/** Stores the wanted faults before they are made, so that each of them can be healed. */
export async function writeFaults(paths: PlaygroundPaths, faults: readonly Fault[]): Promise<void> {
  await writeWholeFile(paths.faults, `${JSON.stringify(faults, null, 2)}\n`, 0o644);
}
