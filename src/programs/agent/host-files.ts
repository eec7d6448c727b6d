import { createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { pluginType } from '../../plan/node/conflist.ts';
import { Failure } from '../../values/failure.ts';
import { sha256Hex } from '../../values/hash.ts';
import type { AgentSettings } from './settings.ts';
import { writeWholeFile } from './whole-file.ts';

/** Folder of the private Node on a node, below the CNI plugins; its path is written into the Node binary. */
export const privateFolder = '.kubeslice';

/** Copies a file beside its target and renames it, unless the target was copied from the same file before. */
const install = async (source: string, target: string, stamps: Map<string, string>): Promise<void> => {
  const { size, mtimeMs, mode } = await stat(source);
  const stamp = `${size} ${mtimeMs}`;
  const present = await stat(target).catch(() => undefined);
  if (present?.size === size && stamps.get(target) === stamp) return;
  await pipeline(createReadStream(source), createWriteStream(`${target}.new`));
  await chmod(`${target}.new`, mode & 0o777);
  await rename(`${target}.new`, target);
  stamps.set(target, stamp);
};

/**
 * Puts the CNI plugin and the private Node that runs it on the node. The plugin comes last, so that it never lacks what it needs.
 */
export const installPlugin = async ({ hostFiles, plugin, cniBin }: AgentSettings): Promise<void> => {
  const folder = `${cniBin}/${privateFolder}`;
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const record = `${folder}/stamps.json`;
  const stamps = new Map<string, string>(Object.entries(await readStamps(record)));
  for (const name of await readdir(hostFiles)) {
    if (name !== tunnelProgram) await install(`${hostFiles}/${name}`, `${folder}/${name}`, stamps);
  }
  await install(plugin, `${cniBin}/${pluginType}`, stamps);
  await writeWholeFile(record, JSON.stringify(Object.fromEntries(stamps)), 0o644);
};

const readStamps = async (path: string): Promise<Record<string, string>> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
};

const tunnelProgram = 'wireguard-go';

/**
 * Puts wireguard-go on the node under a name that changes with its content, so that a running tunnel keeps the program that it was started
 * from. Resolves with its path, which is the same here and on the node.
 */
export const installTunnelProgram = async ({ hostFiles, stateDirectory }: AgentSettings): Promise<string> => {
  const source = `${hostFiles}/${tunnelProgram}`;
  const content = await readFile(source).catch((cause: unknown) => {
    throw new Failure('NotFound', `The image lacks ${source}, which userspace tunnels need.`, { cause });
  });
  const target = `${stateDirectory}/bin/${tunnelProgram}-${sha256Hex(content, 8)}`;
  const present = await stat(target).catch(() => undefined);
  if (present?.size !== content.length) await writeWholeFile(target, content, 0o755);
  return target;
};

/** Takes the plugin and the private Node off the node. */
export const removePlugin = async ({ cniBin }: AgentSettings): Promise<void> => {
  await rm(`${cniBin}/${pluginType}`, { force: true });
  await rm(`${cniBin}/${privateFolder}`, { recursive: true, force: true });
};

/**
 * `wg` looks for the control sockets of userspace tunnels below `/var/run`, the programs on the node make them below `/run`. On a node the one
 * is a link to the other; in a slim image it need not be.
 */
export const joinControlSockets = async (): Promise<void> => {
  const missing = await access('/var/run/wireguard').then(
    () => false,
    () => true,
  );
  if (missing) await symlink('/run/wireguard', '/var/run/wireguard');
};
