import { namesIn, readProcess } from '../../src/host/read-if-present.ts';
import { faultContext, handleOf, readFaults } from '../fault/context.ts';
import { describeFault } from '../fault/fault.ts';
import { groupProcesses } from '../machine/control-groups.ts';
import { machineGroup, processOne } from '../machine/machine.ts';
import { machinesOf } from '../machine/machines.ts';
import { playgroundSubnet } from './address-plan.ts';

/** The actual state of one machine. */
export interface MachineStatus {
  name: string;
  cluster: string;
  address: string;
  running: boolean;
  /** Running services of the machine. */
  services: string[];
  processes: number;
  /** Memory of all its processes, with their share of shared memory (Pss), in MiB. */
  memoryMiB: number;
}

/** The actual state of a playground. */
export interface PlaygroundStatus {
  name: string;
  kubeconfig: string;
  underlay: string;
  machines: MachineStatus[];
  /** One line for each wanted fault. */
  faults: string[];
}

/** Observes the machines of a playground. @throws Failure `NotFound` when there is none of that name. */
export async function status(stateDirectory: string, name: string): Promise<PlaygroundStatus> {
  const context = await faultContext(stateDirectory, name);
  const machines = machinesOf(context.spec).map(async (machine): Promise<MachineStatus> => {
    const handle = handleOf(context, machine.name);
    const processes = await groupProcesses(handle.hierarchies, machineGroup(handle));
    const sizes = await Promise.all(processes.map(proportionalSize));
    return {
      name: machine.name,
      cluster: machine.cluster,
      address: machine.address,
      running: (await processOne(handle)) !== undefined,
      services: (await namesIn(handle.paths.pids)).toSorted((a, b) => a.localeCompare(b)),
      processes: processes.length,
      memoryMiB: Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024),
    };
  });
  return {
    name,
    kubeconfig: context.paths.kubeconfig,
    underlay: playgroundSubnet(context.spec.slot),
    machines: await Promise.all(machines),
    faults: (await readFaults(context.paths)).map(describeFault),
  };
}

/** KiB (proc_pid_smaps(5)). */
async function proportionalSize(pid: number): Promise<number> {
  const text = (await readProcess(`/proc/${pid}/smaps_rollup`)) ?? '';
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
}
