import { join } from 'node:path';
import { expect } from 'vitest';
import { execute } from '../execute.ts';
import { ensure } from '../until.ts';
import type { World } from '../world.ts';
import type { Version } from './versions.ts';

/** The two versions of a fleet. */
export interface Versions {
  readonly older: Version;
  readonly newer: Version;
}

/** A cluster of the playground. */
export type Cluster = 'hub' | 'east' | 'west';

/** A way to install: how a cluster comes to a version, and how it goes back to the one before. */
export interface Way {
  readonly title: string;
  readonly bring: (cluster: Cluster, version: Version) => Promise<void>;
  readonly back: (cluster: Cluster, version: Version) => Promise<void>;
  /** Takes the members out, so that nothing is left on their nodes. */
  readonly removeMembers: () => Promise<void>;
  readonly removeHub: () => Promise<void>;
}

/** Where KubeSlice runs in a cluster, and as what. */
export const placeOf = (cluster: Cluster): { readonly namespace: string; readonly workloads: readonly string[] } =>
  cluster === 'hub'
    ? { namespace: 'kubeslice-controller', workloads: ['deployment/kubeslice-controller'] }
    : {
        namespace: 'kubeslice-system',
        workloads: ['deployment/kubeslice-worker', 'daemonset/kubeslice-agent', 'deployment/kubeslice-dns'],
      };

/** Runs the command line of a version. @throws when it does not end with 0. */
export const commandOf =
  (world: World) =>
  async (version: Version, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await execute(process.execPath, [join(version.folder, 'bin/kubeslice.mjs'), ...args], {
      env: world.environment(),
      cwd: version.folder,
      timeoutMs: 300_000,
    });
    ensure(code === 0, `kubeslice ${args.join(' ')} of ${version.version} ended with ${code}: ${stderr} ${stdout}`);
    return `${stdout}${stderr}`;
  };

/** Both ways, with their own kind of installing, going back and removing. */
export const waysOf = (world: World, versions: () => Versions): readonly Way[] => {
  const run = commandOf(world);
  const helm = async (cluster: Cluster, ...args: readonly string[]): Promise<string> => {
    const words = ['--kube-context', cluster, '--namespace', placeOf(cluster).namespace, ...args];
    const { code, stdout, stderr } = await execute('helm', words, { env: world.environment(), timeoutMs: 400_000 });
    ensure(code === 0, `helm ${words.join(' ')} ended with ${code}: ${stderr} ${stdout}`);
    return stdout;
  };
  const enter = (version: Version, cluster: Cluster, ...more: readonly string[]): Promise<string> =>
    run(version, 'join', cluster, '--hub-context', 'hub', '--context', cluster, '--wait', ...more);

  const byCommand: Way = {
    title: 'by the command line',
    bring: async (cluster, version) => {
      if (cluster === 'hub') await run(version, 'install', '--context', 'hub', '--wait');
      else await enter(version, cluster);
    },
    back: (cluster, version) => byCommand.bring(cluster, version),
    removeMembers: async () => {
      for (const cluster of ['east', 'west']) await run(versions().newer, 'leave', cluster, '--hub-context', 'hub', '--context', cluster);
    },
    removeHub: async () => void (await run(versions().newer, 'uninstall', '--context', 'hub')),
  };

  const byHelm: Way = {
    title: 'by Helm',
    bring: async (cluster, { folder }) => {
      const chart = join(folder, 'charts', 'kubeslice');
      if ((await helm(cluster, 'list', '--short')).includes('kubeslice')) {
        await helm(cluster, 'upgrade', 'kubeslice', chart, '--reset-then-reuse-values', '--wait');
      } else if (cluster === 'hub') {
        await helm(cluster, 'install', 'kubeslice', chart, '--create-namespace', '--wait');
      } else {
        await helm(cluster, 'install', 'kubeslice', chart, '--create-namespace', '--set', 'mode=member');
        await enter(versions().older, cluster, '--register-only');
      }
    },
    back: async (cluster) => void (await helm(cluster, 'rollback', 'kubeslice', '--wait')),
    removeMembers: async () => {
      await expect(helm('hub', 'uninstall', 'kubeslice')).rejects.toThrow(
        /in use \(connected clusters east, west; slices default\/app-slice\)/,
      );
      for (const cluster of ['east', 'west'] as const) await helm(cluster, 'uninstall', 'kubeslice');
    },
    removeHub: async () => {
      const { namespace, workloads } = placeOf('hub');
      await world.kubectl('hub', ['annotate', ...workloads, '--namespace', namespace, 'kubeslice.io/confirm-deletion=true']);
      await helm('hub', 'uninstall', 'kubeslice');
      // Helm leaves kinds and what was made of them.
      for (const cluster of ['east', 'west']) await run(versions().newer, 'leave', cluster, '--context', cluster);
      await run(versions().newer, 'uninstall', '--context', 'hub', '--force');
    },
  };
  return [byCommand, byHelm];
};
