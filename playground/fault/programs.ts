import { commandLine } from '../machine/command-line.ts';
import { groupProcesses } from '../machine/control-groups.ts';
import { kill, type MachineHandle, machineGroup } from '../machine/machine.ts';
import { isProgram, programNames } from './targets.ts';

/** Processes of a program of KubeSlice on a machine. */
export async function programProcesses(handle: MachineHandle, program: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await groupProcesses(handle.hierarchies, machineGroup(handle))) {
    if (isProgram(await commandLine(pid), program)) found.push(pid);
  }
  return found;
}

/** Suspends exactly these programs of a machine, and resumes the others. A second call changes nothing. */
export async function convergeFrozen(handle: MachineHandle, frozen: ReadonlySet<string>): Promise<void> {
  for (const program of programNames)
    for (const pid of await programProcesses(handle, program)) kill(pid, frozen.has(program) ? 'SIGSTOP' : 'SIGCONT');
}
