import { basename, join } from 'node:path';
import { readIfPresent } from '../../src/host/read-if-present.ts';
import { writeWholeFile } from '../../src/host/whole-file.ts';
import { run } from '../machine/run.ts';

/** The installed programs of a playground. */
export interface InstalledPrograms {
  readonly kubeconfig: string;
  /** Folder of kubectl. */
  readonly binaries: string;
  /** Folder of this playground's state. */
  readonly state: string;
  /** Path of the archive whose images were loaded; its name has the key of its content. */
  readonly archive: string;
}

const places = (members: readonly string[]) => [
  { context: 'hub', namespace: 'kubeslice-controller', kinds: 'deployments' },
  ...members.map((context) => ({ context, namespace: 'kubeslice-system', kinds: 'deployments,daemonsets' })),
];

const recordOf = (state: string): string => join(state, 'installed-images');

/**
 * Restarts the programs of KubeSlice when they run images of an earlier archive. The image of a checkout keeps its name while its content changes, so
 * Kubernetes sees no difference, and a program that was loaded a minute ago would not run.
 *
 * To be called after the images were loaded and before an installation is awaited. Without a record, as after an interrupted installation, what is
 * there is restarted. Returns whether something was.
 */
export const restartPrograms = async (
  members: readonly string[],
  { kubeconfig, binaries, state, archive }: InstalledPrograms,
  signal: AbortSignal,
): Promise<boolean> => {
  if ((await readIfPresent(recordOf(state))) === basename(archive)) return false;
  const restarted = await Promise.all(
    places(members).map(async ({ context, namespace, kinds }) => {
      const kubectl = (...words: string[]): Promise<string> =>
        run(join(binaries, 'kubectl'), ['--kubeconfig', kubeconfig, '--context', context, '--namespace', namespace, ...words], { signal });
      const names = (await kubectl('get', kinds, '--output', 'name')).split('\n').filter((name) => name !== '');
      if (names.length > 0) await kubectl('rollout', 'restart', ...names);
      return names.length > 0;
    }),
  );
  return restarted.includes(true);
};

/** Records that the programs of an archive are installed. */
export const recordInstalled = async ({ state, archive }: Pick<InstalledPrograms, 'state' | 'archive'>): Promise<void> =>
  writeWholeFile(recordOf(state), basename(archive), 0o644);
