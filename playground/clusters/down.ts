import { rm } from 'node:fs/promises';
import { groupProcesses, hierarchies, removeGroup, unreaped } from '../machine/control-groups.ts';
import { restoreHost } from '../machine/host-changes.ts';
import { leftovers, mountsBelow, namespaceIdentities, processesIn } from '../machine/leftovers.ts';
import { kill } from '../machine/machine.ts';
import { deleteNamespace, interfaces, playgroundNamespaces } from '../machine/network.ts';
import { run } from '../machine/run.ts';
import { until } from '../machine/until.ts';
import { checkPlaygroundName, controlGroupPath, hostInterface } from './names.ts';
import { playgroundPaths } from './paths.ts';
import type { Report } from './progress.ts';
import { requireRoot } from './requirements.ts';
import { hostLock, playgroundNames, readSpec, withLock } from './state.ts';

/** Which playground to remove. */
export interface DownOptions {
  name: string;
  stateDirectory: string;
}

/**
 * Removes a playground, complete or not, and returns what is left of it; an empty list means nothing. Processes are found by control group, so only
 * those of this playground are ended. With the last playground, the host's settings are restored.
 */
export async function down(options: DownOptions, report: Report, signal: AbortSignal): Promise<string[]> {
  checkPlaygroundName(options.name);
  requireRoot();
  return await withLock(options.stateDirectory, options.name, async () => {
    const { name, stateDirectory } = options;
    const paths = playgroundPaths(stateDirectory, name);
    const all = await hierarchies();
    const group = controlGroupPath(name);
    const spec = await readSpec(stateDirectory, name);

    const ended = new Set<number>();
    await until(
      `Processes of playground "${name}" end`,
      async () => {
        const processes = await groupProcesses(all, group);
        for (const pid of processes) kill(pid);
        for (const pid of processes) ended.add(pid);
        return processes.length === 0 ? undefined : `${processes.length} are left`;
      },
      {
        signal,
        timeoutMs: 60_000,
        everyMs: 50,
        remedy: 'A process that cannot be killed waits for a device: see "ps -eo pid,stat,wchan,args".',
      },
    );
    await until('Ended processes are reaped', async () => ((await unreaped(ended, group)).length === 0 ? undefined : 'not yet'), {
      signal,
      timeoutMs: 10_000,
      everyMs: 20,
    }).catch(() => undefined);
    report(`${ended.size} processes ended`);
    const strays = await processesIn(await namespaceIdentities(name, signal));

    const namespaces = await playgroundNamespaces(name, signal);
    // First the link to the host: a namespace is removed in the background, and its interfaces stay visible for a while.
    if (spec !== undefined) await deleteUplink(hostInterface(spec.slot), signal);
    for (const namespace of namespaces) await deleteNamespace(namespace, signal);
    report(`${namespaces.length} network namespaces removed`);

    for (const mount of await mountsBelow(paths.directory)) await run('umount', ['-l', mount], { signal });
    // A group is busy for a moment after its last process ended.
    await until(
      `Control groups of playground "${name}" are removed`,
      async () => {
        await removeGroup(all, group);
        return (await leftovers({ playground: name, paths, hierarchies: all }, signal)).find((line) => line.startsWith('control group'));
      },
      { signal, timeoutMs: 10_000, everyMs: 50 },
    ).catch(() => undefined);
    await rm(paths.directory, { recursive: true, force: true });
    report('files and control groups removed');

    await withLock(stateDirectory, hostLock, () => restoreIfLast(stateDirectory, name, report, signal), { signal, waitMs: 10_000 });
    const slot = spec === undefined ? {} : { slot: spec.slot };
    const dead = (await unreaped(ended, group)).map((pid) => `process ${pid}, ended, for its parent to reap`);
    return [...strays, ...dead, ...(await leftovers({ playground: name, ...slot, paths, hierarchies: all }, signal))];
  });
}

async function restoreIfLast(stateDirectory: string, name: string, report: Report, signal: AbortSignal): Promise<void> {
  const others = (await playgroundNames(stateDirectory)).filter((other) => other !== name);
  if (others.length > 0) return;
  await removeGroup(await hierarchies(), controlGroupPath(''));
  await restoreHost(stateDirectory, signal);
  report('settings of the host restored');
}

/** Removes the host's end of the link, and with it the router's end. */
async function deleteUplink(name: string, signal: AbortSignal): Promise<void> {
  if ((await interfaces(undefined, signal)).has(name)) await run('ip', ['link', 'del', name], { signal });
}
