import type { CliCommand } from './command.ts';

/** A command as the list of commands knows it: enough for `--help` and completion of the first word, without loading the rest. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: CliCommand }>;
}

/** Every command in the order of `--help`. A test compares name and summary with the command itself. */
export const registry: readonly Entry[] = [
  { name: 'install', summary: 'Install the controller into the hub cluster', load: () => import('./commands/install.ts') },
  { name: 'token', summary: 'Make a token with which a cluster can join', load: () => import('./commands/token.ts') },
  { name: 'join', summary: 'Join a member cluster to the hub', load: () => import('./commands/join.ts') },
  { name: 'leave', summary: 'Take a member cluster out again, leaving nothing behind', load: () => import('./commands/leave.ts') },
  {
    name: 'uninstall',
    summary: 'Remove the controller and everything of KubeSlice from the hub',
    load: () => import('./commands/uninstall.ts'),
  },
  { name: 'status', summary: 'Show clusters, nodes and tunnels, the worst first', load: () => import('./commands/status.ts') },
  {
    name: 'problems',
    summary: 'Show what is wrong, with cause, evidence, age and what helps',
    load: () => import('./commands/problems.ts'),
  },
  { name: 'slices', summary: 'List the slices', load: () => import('./commands/slices.ts') },
  { name: 'services', summary: 'List the services that clusters offer to slices', load: () => import('./commands/services.ts') },
  {
    name: 'links',
    summary: 'List the tunnels that are not up, and count all of them by cluster',
    load: () => import('./commands/links.ts'),
  },
  {
    name: 'doctor',
    summary: 'Find out what is wrong in a cluster, and what mends it',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'explain',
    summary: 'Show the path from a pod to a service or pod of a slice, and where it breaks',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'verify',
    summary: 'Test that pods of your clusters reach each other, and leave nothing behind',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'gather',
    summary: 'Write an archive with everything that helps to find a fault, without secrets',
    load: () => import('./commands/gather.ts'),
  },
  {
    name: 'trust',
    summary: 'Show or forget the pinned authorities of other clusters',
    load: () => import('./commands/trust.ts'),
  },
  { name: 'playground', summary: 'Real clusters on this machine to try things on', load: () => import('./commands/playground.ts') },
  { name: 'completion', summary: 'Print a completion script for a shell', load: () => import('./commands/completion.ts') },
  { name: 'version', summary: 'Print the version', load: () => import('./commands/version.ts') },
];
