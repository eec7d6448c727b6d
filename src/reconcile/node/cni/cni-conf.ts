import { watch } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { namesIn, readIfPresent } from '../../../host/read-if-present.ts';
import { writeWholeFile } from '../../../host/whole-file.ts';
import { periodically } from '../../../loop/periodic.ts';
import { activeConflist, withoutPlugin, withPlugin } from '../../../plan/node/conflist.ts';
import type { Log } from '../../../telemetry/log.ts';

/** Rewrites a file if `change` returns another content; its mode stays. Resolves with whether it did. */
const rewrite = async (path: string, change: (text: string) => string | undefined): Promise<boolean> => {
  const text = await readIfPresent(path);
  const changed = text === undefined ? undefined : change(text);
  if (changed === undefined) return false;
  await writeWholeFile(path, changed, (await stat(path)).mode & 0o777);
  return true;
};

/** Adds our plugin to the active configuration. Resolves with the changed file, if any. */
export const chainPlugin = async (directory: string): Promise<string | undefined> => {
  const name = activeConflist(await namesIn(directory));
  return name !== undefined && (await rewrite(`${directory}/${name}`, withPlugin)) ? name : undefined;
};

/** Removes our plugin from every configuration. */
export const unchainPlugin = async (directory: string): Promise<void> => {
  for (const name of await namesIn(directory)) {
    if (name.endsWith('.conflist')) await rewrite(`${directory}/${name}`, withoutPlugin);
  }
};

/**
 * Keeps our plugin in the node's CNI configuration until the signal aborts: the cluster network's own installer rewrites that file when it restarts.
 * It checks when the directory changes, and every ten seconds.
 */
export const keepChained = async (directory: string, log: Log, signal: AbortSignal): Promise<void> => {
  await mkdir(directory, { recursive: true });
  const observe = async (): Promise<void> => {
    const changed = await chainPlugin(directory).catch((error: unknown) => {
      log.warn('CNI configuration could not be changed', { error });
      return undefined;
    });
    if (changed !== undefined) log.info('plugin added to the CNI configuration', { file: changed });
  };
  let pending: NodeJS.Timeout | undefined;
  const watcher = watch(directory, () => {
    // The writer may not have finished, and our own write is an event too.
    pending ??= setTimeout(() => {
      pending = undefined;
      void observe();
    }, 100);
  });
  watcher.on('error', () => {});
  const finished = (): void => watcher.close();
  signal.addEventListener('abort', finished, { once: true });
  await periodically({ name: 'cni-conf', everyMs: 10_000, task: observe, signal, log });
  finished();
};
