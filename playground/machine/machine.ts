import { spawn } from 'node:child_process';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent, readProcess } from '../../src/host/read-if-present.ts';
import { systemPath } from '../../src/host/run.ts';
import { Failure } from '../../src/values/failure.ts';
import { controlGroupPath } from '../clusters/names.ts';
import type { MachinePaths } from '../clusters/paths.ts';
import { groupProcesses, type Hierarchy } from './control-groups.ts';
import { run } from './run.ts';
import { until } from './until.ts';

/** What the functions here need to know of a machine. */
export interface MachineHandle {
  playground: string;
  name: string;
  paths: MachinePaths;
  hierarchies: readonly Hierarchy[];
}

/** Control group of a machine, below the root of every hierarchy. */
export function machineGroup(machine: MachineHandle): string {
  return `${controlGroupPath(machine.playground)}/${machine.name}`;
}

/**
 * Process 1 of a running machine, as a PID of the host; undefined when the machine does not run. It is found by control group and PID namespace
 * instead of a file, so it is right after a reboot and when PIDs are reused.
 */
export async function processOne(machine: MachineHandle): Promise<number | undefined> {
  for (const pid of await groupProcesses(machine.hierarchies, `${machineGroup(machine)}/system`)) {
    const numbers = await namespaceNumbers(pid);
    // A pod's first process is also 1, but one namespace deeper.
    if (numbers.length === (await namespaceDepth()) + 1 && numbers.at(-1) === 1) return pid;
  }
  return undefined;
}

/** The PIDs of a process, from this namespace inwards (NSpid in proc(5)); empty when it has ended. */
async function namespaceNumbers(pid: number): Promise<number[]> {
  const status = (await readProcess(`/proc/${pid}/status`)) ?? '';
  return (/^NSpid:\s*(.*)$/m.exec(status)?.[1] ?? '').split(/\s+/).filter(Boolean).map(Number);
}

const namespaceDepth = async (): Promise<number> => (await namespaceNumbers(process.pid)).length;

/** Starts a machine whose scripts are written, and resolves when its services are starting. */
export async function startMachine(machine: MachineHandle, signal: AbortSignal): Promise<number> {
  const log = await open(join(machine.paths.logs, 'init.log'), 'w');
  try {
    const child = spawn('sh', [machine.paths.start], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: systemPath, HOME: '/root', LANG: 'C.UTF-8' },
    });
    let failed: string | undefined;
    child.on('error', (error) => (failed = error.message));
    child.on('exit', (code) => (failed = `exit code ${code}`));
    child.unref();
    return await until(
      `Machine ${machine.name} starts`,
      async () => {
        const words = failed === undefined ? '' : (await readFile(join(machine.paths.logs, 'init.log'), 'utf8')).trim().slice(-500);
        if (failed !== undefined) throw new Failure('CommandFailed', `Machine ${machine.name} did not start (${failed}): ${words}`);
        return (await processOne(machine)) ?? 'it has no process 1 yet';
      },
      { signal, timeoutMs: 20_000, everyMs: 20 },
    );
  } finally {
    await log.close();
  }
}

/** Ends everything in a machine at once, like a power cut. */
export async function stopMachine(machine: MachineHandle, signal: AbortSignal): Promise<void> {
  await until(
    `Machine ${machine.name} stops`,
    async () => {
      const processes = await groupProcesses(machine.hierarchies, machineGroup(machine));
      for (const pid of processes) kill(pid);
      return processes.length === 0 ? undefined : `${processes.length} processes are left`;
    },
    { signal, timeoutMs: 30_000, everyMs: 50 },
  );
}

/** Sends SIGKILL, or another signal; a process that has already ended is not an error. */
export function kill(pid: number, signalName: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' = 'SIGKILL'): void {
  try {
    process.kill(pid, signalName);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs a program inside a machine, in all its namespaces. */
export async function runInside(
  machine: MachineHandle,
  command: readonly string[],
  options: { signal: AbortSignal; path?: string; inputFile?: number },
): Promise<string> {
  const pid = await processOne(machine);
  if (pid === undefined) throw new Failure('Unavailable', `Machine ${machine.name} does not run.`);
  return await run('nsenter', [`--target=${pid}`, '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--', ...command], options);
}

/** Prevents the start of a service, or allows it again. A running service keeps running. */
export async function holdService(machine: MachineHandle, service: string, hold: boolean): Promise<void> {
  const file = join(machine.paths.hold, service);
  if (hold) await writeFile(file, '');
  else await rm(file, { force: true });
}

/** Kills a service with SIGKILL; false when it did not run. The machine starts it again unless it is held. */
export async function killService(machine: MachineHandle, service: string, signal: AbortSignal): Promise<boolean> {
  const text = (await readIfPresent(join(machine.paths.pids, service))) ?? '';
  if (!/^\d+\n$/.test(text)) return false;
  await runInside(machine, ['sh', '-c', `kill -9 ${text.trim()}`], { signal });
  return true;
}
