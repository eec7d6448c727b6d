import { Failure } from '../../src/values/failure.ts';
import type { Machine, PlaygroundSpec } from '../clusters/spec.ts';
import { machinesOf } from '../machine/machines.ts';

/** Services of control planes and nodes that can be killed by name. */
export const serviceNames: Readonly<Record<string, Machine['role']>> = {
  etcd: 'control-plane',
  apiserver: 'control-plane',
  'controller-manager': 'control-plane',
  scheduler: 'control-plane',
  containerd: 'node',
  kubelet: 'node',
  'kube-proxy': 'node',
};

/** Programs of KubeSlice that can be killed by name; they run in pods, and the kubelet restarts them. */
export const programNames: readonly string[] = ['controller', 'worker', 'agent', 'dns', 'wireguard-go'];

/** The target of `kill`, resolved in a playground. */
export type KillTarget =
  | { kind: 'machines'; machines: Machine[] }
  | { kind: 'service'; service: string; machines: Machine[] }
  | { kind: 'program'; program: string; machines: Machine[] };

/**
 * Resolves `kill WHAT [WHERE]`. WHAT is `node`, `cluster` or `control-plane` (machines lose their power), a service, or a program of KubeSlice; WHERE
 * is a cluster or a machine. Machines must be named; without a place, services and programs are killed everywhere.
 *
 * @param hold whether it stays stopped until it is healed, which is impossible for a program of KubeSlice.
 * @throws Failure `InvalidInput` with the possible values.
 */
export function killTarget(spec: PlaygroundSpec, what: string, where: string | undefined, hold: boolean): KillTarget {
  const machines = machinesAt(spec, where);
  const role = what === 'node' ? 'node' : what === 'control-plane' ? 'control-plane' : undefined;
  if (role !== undefined || what === 'cluster') {
    if (where === undefined)
      throw new Failure('InvalidInput', `A machine to power off is missing: name a machine or a cluster after "kill ${what}".`);
    const chosen = machines.filter((machine) => role === undefined || machine.role === role);
    if (chosen.length === 0) throw new Failure('InvalidInput', `"${where}" is no ${what}.`);
    return { kind: 'machines', machines: chosen };
  }
  const home = serviceNames[what];
  if (home !== undefined) return { kind: 'service', service: what, machines: machines.filter((machine) => machine.role === home) };
  if (programNames.includes(what) && hold) {
    throw new Failure(
      'InvalidInput',
      `The ${what} cannot be kept from starting again, because its cluster starts it again: leave out --hold and --for, or kill its node.`,
    );
  }
  if (programNames.includes(what))
    return { kind: 'program', program: what, machines: machines.filter((machine) => machine.role === 'node') };
  const known = ['node', 'control-plane', 'cluster', ...Object.keys(serviceNames), ...programNames];
  throw new Failure('InvalidInput', `"${what}" cannot be killed: name one of ${known.join(', ')}.`);
}

/**
 * Resolves `freeze PROGRAM [WHERE]`: a program of KubeSlice, on the nodes of a place or on all.
 *
 * @throws Failure `InvalidInput` with the possible values.
 */
export function freezeTarget(spec: PlaygroundSpec, program: string, where: string | undefined): Machine[] {
  if (!programNames.includes(program))
    throw new Failure('InvalidInput', `"${program}" cannot be frozen: name one of ${programNames.join(', ')}.`);
  return machinesAt(spec, where).filter((machine) => machine.role === 'node');
}

function machinesAt(spec: PlaygroundSpec, where: string | undefined): Machine[] {
  const all = machinesOf(spec);
  if (where === undefined) return all;
  const chosen = all.filter((machine) => machine.cluster === where || machine.name === where);
  if (chosen.length > 0) return chosen;
  const known = [...spec.clusters, ...all].map((each) => each.name);
  throw new Failure('InvalidInput', `"${where}" is no cluster and no machine of this playground: it has ${known.join(', ')}.`);
}

/**
 * Whether a command line (arguments from /proc/PID/cmdline) is that of the program: `kubeslice agent`, with any interpreter, or wireguard-go itself.
 */
export function isProgram(words: readonly string[], program: string): boolean {
  // The agent copies it to the node under a name that ends in a hash of its content.
  if (program === 'wireguard-go') return /(^|\/)wireguard-go(-[0-9a-f]+)?$/.test(words[0] ?? '');
  const at = words.findIndex((word) => /(^|\/)kubeslice(\.mjs)?$/.test(word));
  return at >= 0 && words[at + 1] === program;
}
