import { Failure } from '../../src/values/failure.ts';

const playgroundName = /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/;
const clusterName = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;

/** Checks the name of a playground: up to 20 lower-case letters, digits and hyphens, because names of cgroups and namespaces contain it. */
export function checkPlaygroundName(name: string): void {
  if (playgroundName.test(name)) return;
  throw new Failure(
    'InvalidInput',
    `"${name}" cannot name a playground: use up to 20 lower-case letters, digits and hyphens, a letter first.`,
  );
}

/** Checks the name of a cluster: a DNS label of at most 30 characters, because node names contain it. */
export function checkClusterName(name: string): void {
  if (clusterName.test(name)) return;
  throw new Failure(
    'InvalidInput',
    `"${name}" cannot name a cluster: use up to 30 lower-case letters, digits and hyphens, a letter first.`,
  );
}

/** Name of a network namespace of a playground. The dots distinguish playground `a` from playground `a-b`, because no part contains one. */
export function networkNamespace(playground: string, machine: string): string {
  return `${networkNamespacePrefix(playground)}${machine}`;
}

/** The common prefix of the network namespaces of a playground, and of no others. */
export function networkNamespacePrefix(playground: string): string {
  return `kubeslice.${playground}.`;
}

/** The router between the sites; it has a network namespace but runs no process. */
export const routerName = 'router';

/** Path of a playground's control group below the root of every hierarchy. */
export function controlGroupPath(playground: string): string {
  return `kubeslice-playground/${playground}`;
}

/** The host's interface to a playground's router; unique because every playground has its own slot. At most 15 characters. */
export function hostInterface(slot: number): string {
  return `ksplay${slot}`;
}
