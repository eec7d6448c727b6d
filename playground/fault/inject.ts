import { Failure } from '../../src/values/failure.ts';
import { requireRoot } from '../clusters/requirements.ts';
import { withLock } from '../clusters/state.ts';
import { kill, killService } from '../machine/machine.ts';
import { type FaultContext, faultContext, handleOf, readFaults } from './context.ts';
import { convergeFaults } from './converge.ts';
import { type Fault, withFault, withoutFault } from './fault.ts';
import { programProcesses } from './programs.ts';
import { freezeTarget, killTarget } from './targets.ts';

/** Which playground. */
export interface FaultTarget {
  name: string;
  stateDirectory: string;
}

/** Adds faults to the existing ones. They last until they are healed, across restarts of this program. */
export async function inject(target: FaultTarget, added: readonly Fault[], signal: AbortSignal): Promise<void> {
  await change(target, (faults) => added.reduce<Fault[]>(withFault, [...faults]), signal);
}

/** Heals these faults, or all of them, and starts what they stopped and machines that ended for another reason. */
export async function heal(target: FaultTarget, only: readonly Fault[] | undefined, signal: AbortSignal): Promise<void> {
  await change(target, (faults) => (only === undefined ? [] : only.reduce<Fault[]>(withoutFault, [...faults])), signal);
}

async function change(target: FaultTarget, decide: (faults: readonly Fault[]) => Fault[], signal: AbortSignal): Promise<void> {
  requireRoot();
  await withLock(target.stateDirectory, target.name, async () => {
    const context = await faultContext(target.stateDirectory, target.name);
    await convergeFaults(context, decide(await readFaults(context.paths)), signal);
  });
}

/** The result of `kill`: lasting faults, if any, and a line for each killed process. */
export interface Killed {
  lasting: Fault[];
  lines: string[];
}

/**
 * Kills with SIGKILL. Machines stay off until they are healed; services are started again within a second, unless `hold` is set; the kubelet restarts
 * programs of KubeSlice.
 *
 * @throws Failure `NotFound` when nothing of the kind runs, `CapabilityMissing` without root.
 */
export async function killThings(
  target: FaultTarget,
  what: string,
  where: string | undefined,
  hold: boolean,
  signal: AbortSignal,
): Promise<Killed> {
  requireRoot();
  const context = await faultContext(target.stateDirectory, target.name);
  const chosen = killTarget(context.spec, what, where, hold);
  if (chosen.kind === 'machines') {
    const lasting = chosen.machines.map((machine): Fault => ({ kind: 'off', machine: machine.name }));
    await inject(target, lasting, signal);
    return { lasting, lines: chosen.machines.map((machine) => `${machine.name} is off`) };
  }
  if (chosen.kind === 'service' && hold) {
    const lasting = chosen.machines.map((machine): Fault => ({ kind: 'held', machine: machine.name, service: chosen.service }));
    await inject(target, lasting, signal);
    return { lasting, lines: chosen.machines.map((machine) => `${chosen.service} of ${machine.name} is stopped`) };
  }
  const lines: string[] = [];
  for (const machine of chosen.machines) {
    if (chosen.kind === 'program') lines.push(...(await killProgram(context, machine.name, chosen.program)));
    else if (await killService(handleOf(context, machine.name), chosen.service, signal))
      lines.push(`killed ${chosen.service} of ${machine.name}`);
  }
  if (lines.length > 0) return { lasting: [], lines };
  throw new Failure('NotFound', `No ${what} runs ${where === undefined ? 'in this playground' : `in ${where}`}: there is nothing to kill.`);
}

async function killProgram(context: FaultContext, machine: string, program: string): Promise<string[]> {
  const handle = handleOf(context, machine);
  const pids = await programProcesses(handle, program);
  for (const pid of pids) kill(pid);
  return pids.map((pid) => `killed ${program} on ${machine} (process ${pid})`);
}

/**
 * Suspends a program of KubeSlice with SIGSTOP until it is healed.
 *
 * @throws Failure `NotFound` when it does not run, `CapabilityMissing` without root.
 */
export async function freezeProgram(
  target: FaultTarget,
  program: string,
  where: string | undefined,
  signal: AbortSignal,
): Promise<Fault[]> {
  requireRoot();
  const context = await faultContext(target.stateDirectory, target.name);
  const frozen: Fault[] = [];
  for (const { name } of freezeTarget(context.spec, program, where))
    if ((await programProcesses(handleOf(context, name), program)).length > 0) frozen.push({ kind: 'frozen', machine: name, program });
  if (frozen.length === 0)
    throw new Failure(
      'NotFound',
      `No ${program} runs ${where === undefined ? 'in this playground' : `in ${where}`}: there is nothing to freeze.`,
    );
  await inject(target, frozen, signal);
  return frozen;
}
