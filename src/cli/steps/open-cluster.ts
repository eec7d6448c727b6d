import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { type Client, createClient } from '../../kubernetes/client.ts';
import type { Connection } from '../../kubernetes/credentials/connection.ts';
import {
  connectionFor,
  contextNames,
  type Kubeconfig,
  mergeKubeconfigs,
  parseKubeconfig,
} from '../../kubernetes/credentials/kubeconfig.ts';
import { systemClock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import type { CliInput } from '../command.ts';
import { textOption } from '../options/common-options.ts';
import { contextFailure } from './context-failure.ts';

/** A cluster to which a command is connected. */
export interface OpenCluster {
  readonly client: Client;
  readonly connection: Connection;
  /** Name of the context, for messages. */
  readonly context: string;
  /** Names of all contexts of the user. */
  readonly contexts: readonly string[];
}

/** Field manager of everything that the command line writes. */
export const fieldManager = 'kubeslice-cli';

const read = async (path: string): Promise<Kubeconfig | undefined> => {
  const file = resolve(path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Failure(
      'InvalidInput',
      `The kubeconfig ${file} cannot be read (${message}); name another file with --kubeconfig or KUBECONFIG.`,
      { cause },
    );
  }
  return parseKubeconfig(text, { directory: dirname(file), file });
};

/** The kubeconfig of `--kubeconfig`, KUBECONFIG or the home folder, in this order, like kubectl. */
const loadKubeconfig = async (input: CliInput): Promise<Kubeconfig> => {
  const named = textOption(input, 'kubeconfig');
  const fromEnv = input.env.KUBECONFIG === '' ? undefined : input.env.KUBECONFIG;
  const paths = named !== undefined ? [named] : (fromEnv?.split(delimiter) ?? [join(homedir(), '.kube', 'config')]);
  const configs = (await Promise.all(paths.filter((path) => path !== '').map(read))).filter((config) => config !== undefined);
  if (configs.length > 0) return mergeKubeconfigs(configs);
  throw new Failure('NotFound', `There is no kubeconfig at ${paths.join(', ')}; name one with --kubeconfig or KUBECONFIG.`);
};

/** Opens the cluster of a context, or of the current one. `InvalidInput` lists the contexts that exist. */
export const openCluster = async (input: CliInput, contextName: string | undefined): Promise<OpenCluster> => {
  const config = await loadKubeconfig(input);
  const connection = await connectionFor(config, contextName, { clock: systemClock, signal: input.signal });
  return {
    client: createClient(connection, { fieldManager, userAgent: `kubeslice-cli/${input.version}` }),
    connection,
    context: contextName ?? config.currentContext ?? '',
    contexts: contextNames(config),
  };
};

/** Opens a cluster for the duration of `use`; its connections are closed afterwards. */
export const withCluster = async <T>(
  input: CliInput,
  contextName: string | undefined,
  use: (cluster: OpenCluster) => Promise<T>,
): Promise<T> => {
  const cluster = await openCluster(input, contextName);
  try {
    return await use(cluster);
  } catch (error) {
    throw contextFailure(error, cluster.context);
  } finally {
    cluster.client.close();
  }
};
