import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { playgroundPaths } from '../../playground/clusters/paths.ts';
import { type FaultContext, faultContext } from '../../playground/fault/context.ts';
import { programFolder } from '../../playground/toolchain/tools.ts';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import { connectionFor, parseKubeconfig } from '../../src/kubernetes/credentials/kubeconfig.ts';
import { type MirrorOptions } from '../../src/kubernetes/mirror.ts';
import { systemClock } from '../../src/values/clock.ts';
import type { KubernetesObject } from '../../src/values/object.ts';
import { type Follower, follow } from './follow.ts';
import { type Scene, setScene } from './scene.ts';
import { openShell, type Shell } from './shell.ts';

/** The two member clusters between which is measured: callers are in west, what they call is in east. */
export type Member = 'east' | 'west';

/** The clusters that are measured on, and everything that measuring takes. */
export interface Bed {
  readonly context: FaultContext;
  readonly project: string;
  /** Folder of what is compiled once for the machine. */
  readonly cache: string;
  readonly hub: Client;
  readonly east: Client;
  readonly west: Client;
  /** Few rounds: shows that everything works, and no more. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
  /** Rounds of an item: as given, or a few when quick. */
  rounds(full: number): number;
  report(line: string): void;
  /** A shell in a pod. It is closed with the bed. */
  shell(cluster: Member, namespace: string, pod: string): Shell;
  /** Follows the objects of a kind in one of the clusters, until the bed is closed. */
  follow<T extends KubernetesObject>(client: Client, selection: Omit<MirrorOptions<T>, 'client'>): Promise<Follower<T>>;
  /** A slice with a pod at each end, and beside each pod one on its node's own network. Made when it is first asked for. */
  scene(): Promise<Scene>;
  /** Does what several items need when the first of them asks for it. */
  once<T>(what: string, make: () => Promise<T>): Promise<T>;
  /** Something to undo at the end; the latest is undone first. */
  later(undo: (signal: AbortSignal) => Promise<void>): void;
  close(): Promise<void>;
}

/** How a bed is opened. */
export interface BedOptions {
  readonly name: string;
  readonly state: string;
  readonly cache: string;
  readonly project: string;
  readonly quick: boolean;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

const quickRounds = 3;

/** Opens the playground of the given name, which is up. */
export const openBed = async (options: BedOptions): Promise<Bed> => {
  const { name, state, quick, report } = options;
  const paths = playgroundPaths(state, name);
  const kubeconfig = parseKubeconfig(readFileSync(paths.kubeconfig, 'utf8'), { directory: dirname(paths.kubeconfig) });
  const open = async (context: string): Promise<Client> =>
    createClient(await connectionFor(kubeconfig, context, { clock: systemClock }), { fieldManager: 'kubeslice-bench' });
  const clients = { hub: await open('hub'), east: await open('east'), west: await open('west') };
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const shells: Shell[] = [];
  const undoing: ((signal: AbortSignal) => Promise<void>)[] = [];
  const made = new Map<string, Promise<unknown>>();
  const bed: Bed = {
    ...clients,
    context: await faultContext(state, name),
    project: options.project,
    cache: options.cache,
    quick,
    signal,
    report,
    rounds: (full) => (quick ? Math.min(quickRounds, full) : full),
    shell: (cluster, namespace, pod) => {
      const kubectl = join(programFolder(paths), 'kubectl');
      const words = ['--kubeconfig', paths.kubeconfig, '--context', cluster, '--namespace', namespace, 'exec', '-i', pod, '--', 'sh'];
      // No proxy: the playground is on this machine.
      const shell = openShell([kubectl, ...words], { PATH: process.env.PATH, HOME: process.env.HOME }, signal);
      shells.push(shell);
      return shell;
    },
    follow: (client, selection) => follow({ ...selection, client }, signal),
    scene: () => bed.once('scene', () => setScene(bed)),
    once: <T>(what: string, make: () => Promise<T>) => {
      const present = made.get(what) ?? make();
      made.set(what, present);
      return present as Promise<T>;
    },
    later: (undo) => void undoing.push(undo),
    close: async () => {
      for (const shell of shells) shell.close();
      // Also after an interruption: nothing of the measurement may stay.
      for (const undo of undoing.toReversed()) {
        await undo(AbortSignal.timeout(60_000)).catch((error: unknown) => report(`not undone: ${String(error)}`));
      }
      closing.abort();
      for (const client of Object.values(clients)) client.close();
    },
  };
  return bed;
};
