import { access, readFile, rm, stat, symlink } from 'node:fs/promises';
import { writeWholeFile } from '../../../host/whole-file.ts';
import { pluginType } from '../../../plan/node/conflist.ts';
import { Failure } from '../../../values/failure.ts';
import { sha256Hex } from '../../../values/text/hash.ts';
import type { AgentSettings } from '../settings.ts';

/** A program of the image for the node. */
const programOf = async ({ hostFiles }: Pick<AgentSettings, 'hostFiles'>, name: string): Promise<Buffer> =>
  readFile(`${hostFiles}/${name}`).catch((cause: unknown) => {
    throw new Failure('NotFound', `The image lacks ${hostFiles}/${name}, which the node needs.`, { cause });
  });

/** Copies the CNI plugin to the node, unless it is there. */
export const installPlugin = async (settings: AgentSettings): Promise<void> => {
  const content = await programOf(settings, 'cni-plugin');
  const target = `${settings.cniBin}/${pluginType}`;
  const present = await readFile(target).catch(() => undefined);
  if (present?.equals(content) !== true) await writeWholeFile(target, content, 0o755);
};

/**
 * Copies wireguard-go to the node under a name that depends on its content, so that a running tunnel keeps its program. Resolves with its path, which
 * is the same here and on the node.
 */
export const installTunnelProgram = async (settings: AgentSettings): Promise<string> => {
  const content = await programOf(settings, 'wireguard-go');
  const target = `${settings.stateDirectory}/bin/wireguard-go-${sha256Hex(content, 8)}`;
  const present = await stat(target).catch(() => undefined);
  if (present?.size !== content.length) await writeWholeFile(target, content, 0o755);
  return target;
};

/**
 * Copies the program of IPsec tunnels to the node, unless it is there. A running one keeps its file, because the new one takes only its name. Called when a
 * tunnel is made, so that nodes without IPsec have nothing of it.
 */
export const installIpsecProgram = async (settings: AgentSettings): Promise<void> => {
  const content = await programOf(settings, 'ipsec-tunnel');
  const target = `${settings.stateDirectory}/bin/ipsec-tunnel`;
  const present = await readFile(target).catch(() => undefined);
  if (present?.equals(content) !== true) await writeWholeFile(target, content, 0o755);
};

/** Path of the program that probes links. It runs inside the agent's own container, because it ends with the agent. */
export const proberProgram = ({ hostFiles }: Pick<AgentSettings, 'hostFiles'>): string => `${hostFiles}/prober`;

/** Removes the plugin from the node. */
export const removePlugin = async ({ cniBin }: AgentSettings): Promise<void> => {
  await rm(`${cniBin}/${pluginType}`, { force: true });
};

/**
 * `wg` opens the control sockets of userspace tunnels below `/var/run`; the programs on the node create them below `/run`. On a node one is a link to
 * the other; in a slim image it may not be.
 */
export const joinControlSockets = async (): Promise<void> => {
  const missing = await access('/var/run/wireguard').then(
    () => false,
    () => true,
  );
  if (missing) await symlink('/run/wireguard', '/var/run/wireguard');
};
