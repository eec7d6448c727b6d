import { rm, rmdir } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { namesIn } from '../../host/read-if-present.ts';
import { run } from '../../host/run.ts';
import type { Log } from '../../telemetry/log.ts';
import { unchainPlugin } from './cni/cni-conf.ts';
import { joinControlSockets, removePlugin } from './cni/host-files.ts';
import { kernelOfNode } from './kernel-of-node.ts';
import type { AgentSettings } from './settings.ts';

/** A runtime that has just read the old configuration may still call the plugin. */
const graceMs = 1_000;

/** Why a folder stays without an error: it does not exist, is in use, or is not empty. */
const stays: ReadonlySet<string> = new Set(['ENOENT', 'EBUSY', 'ENOTEMPTY']);

/** Removes everything of KubeSlice from this node. It needs no API server and may be repeated. Running pods keep their own network. */
export const cleanUp = async (settings: AgentSettings, log: Log, signal: AbortSignal): Promise<void> => {
  await joinControlSockets();
  await unchainPlugin(settings.cniConf);
  // Deleting the namespaces also deletes the slice interfaces of running pods.
  await kernelOfNode(settings, `${settings.stateDirectory}/bin/wireguard-go`, run).removeAll(signal);
  await setTimeout(graceMs, undefined, { signal });
  await removePlugin(settings);
  for (const directory of [settings.runDirectory, settings.stateDirectory]) await empty(directory);
  // Only the node itself can remove folders that are mounted here; a folder that is not empty stays.
  const { runDirectory, stateDirectory } = settings;
  const places = [...[runDirectory, stateDirectory, '/run/wireguard'].map((path) => `/proc/1/root${path}`), `/host${stateDirectory}`];
  for (const path of places) {
    await rmdir(path).catch((error: NodeJS.ErrnoException) => {
      if (!stays.has(error.code ?? '')) log.warn('a folder of KubeSlice stays on the node', { path, error });
    });
  }
  log.info('node cleaned', { node: settings.node });
};

const empty = async (directory: string): Promise<void> => {
  for (const name of await namesIn(directory)) await rm(`${directory}/${name}`, { recursive: true, force: true });
};
