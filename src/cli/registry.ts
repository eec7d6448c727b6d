import type { CliCommand } from './command.ts';

/** A command in the list of commands: enough for `--help` and completion of the first argument, without loading the rest. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: CliCommand }>;
}

/** Every command in the order of `--help`. A test compares name and summary with the command itself. */
export const registry: readonly Entry[] = [
  { name: 'install', summary: 'Install the controller into the hub cluster', load: () => import('./commands/install.ts') },
  { name: 'token', summary: 'Create a token with which a cluster can join', load: () => import('./commands/token.ts') },
  { name: 'join', summary: 'Join a member cluster to the hub', load: () => import('./commands/join.ts') },
  { name: 'leave', summary: 'Remove KubeSlice from a member cluster, leaving nothing behind', load: () => import('./commands/leave.ts') },
  {
    name: 'uninstall',
    summary: 'Remove the controller and everything of KubeSlice from the hub',
    load: () => import('./commands/uninstall.ts'),
  },
  { name: 'status', summary: 'Show clusters, nodes and tunnels, the worst first', load: () => import('./commands/status.ts') },
  {
    name: 'problems',
    summary: 'Show all problems, with cause, evidence, age and remedy',
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
    summary: 'Find the faults of a cluster, with their remedies',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'explain',
    summary: 'Show the path from a pod to a service or pod of a slice, and where it breaks',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'flows',
    summary: 'Show who calls whom, and with --denied what access policies denied lately',
    load: () => import('./commands/flows.ts'),
  },
  { name: 'policy', summary: 'Preview what a changed access policy would do', load: () => import('./commands/policy.ts') },
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
    summary: 'Show or change by which authorities clusters are verified',
    load: () => import('./commands/trust.ts'),
  },
  { name: 'playground', summary: 'Real clusters on this machine to try things on', load: () => import('./commands/playground.ts') },
  { name: 'completion', summary: 'Print a completion script for a shell', load: () => import('./commands/completion.ts') },
  { name: 'version', summary: 'Print the version', load: () => import('./commands/version.ts') },
];
