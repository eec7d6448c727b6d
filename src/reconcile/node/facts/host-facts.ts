import { access, rm, statfs, writeFile } from 'node:fs/promises';
import { namesIn, readIfPresent } from '../../../host/read-if-present.ts';
import type { Run } from '../../../host/run.ts';
import type { LinkJson } from '../../../kernel/slice/slice-state.ts';
import { busyUdpPorts } from '../../../kernel/tunnel/busy-ports.ts';
import type { CniFacts, NodeFacts } from '../../../plan/diagnosis/node-facts.ts';
import { activeConflist, pluginType } from '../../../plan/node/conflist.ts';
import { readJson } from '../../../values/text/read-json.ts';

/** The facts of a network interface. */
export const linkFactsOf = (link: LinkJson): NodeFacts['links'][number] => ({
  name: link.ifname,
  mtu: link.mtu,
  up: link.flags.includes('UP'),
  addresses: link.addr_info.flatMap(({ local, prefixlen }) => (local === undefined ? [] : [`${local}/${prefixlen}`])).slice(0, 256),
});

/** The interfaces of the node itself that have an address. */
export const hostLinks = async (run: Run, signal: AbortSignal): Promise<NodeFacts['links']> => {
  const { stdout } = await run(['ip', '-j', '-d', '-4', 'addr', 'show'], { signal });
  const links = (readJson(stdout) ?? []) as LinkJson[];
  return links.filter((link) => link.ifname !== undefined && link.addr_info.length > 0).map(linkFactsOf);
};

/** Whether a folder accepts a file, by trial, and how much space its file system has. */
const diskOf = async (path: string): Promise<NodeFacts['disks'][number] | undefined> => {
  const seen = await statfs(path).catch((error: NodeJS.ErrnoException) => error);
  if (seen instanceof Error) {
    // An inaccessible folder is a finding, not a missing folder.
    return seen.code === 'ENOENT' ? undefined : { path, totalBytes: 0, freeBytes: 0, refused: seen.code ?? seen.message };
  }
  const trial = `${path}/.diagnosis-${process.pid}`;
  // One block, because an empty file needs none.
  const refused = await writeFile(trial, 'x'.repeat(4096)).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  await rm(trial, { force: true }).catch(() => undefined);
  return {
    path,
    totalBytes: seen.blocks * seen.bsize,
    freeBytes: seen.bavail * seen.bsize,
    ...(refused === undefined ? {} : { refused }),
  };
};

/** The file systems of these folders; a missing folder has none. */
export const disksOf = async (paths: readonly string[]): Promise<NodeFacts['disks']> =>
  (await Promise.all(paths.map(diskOf))).filter((disk) => disk !== undefined);

/** The active configuration of the container network, by the rule of the container runtime. */
export const cniOf = async (settings: { readonly cniConf: string; readonly cniBin: string }): Promise<CniFacts> => {
  const files = (await namesIn(settings.cniConf))
    .filter((name) => /\.(conflist|conf|json)$/.test(name) && !name.startsWith('.'))
    .toSorted();
  const [active] = files;
  const list = activeConflist(files);
  const content = list === undefined ? undefined : readJson((await readIfPresent(`${settings.cniConf}/${list}`)) ?? '');
  const plugins = typeof content === 'object' && content !== null && 'plugins' in content ? content.plugins : undefined;
  const types = Array.isArray(plugins) ? plugins.map((plugin: { readonly type?: unknown }) => plugin.type) : [];
  const plugin = await access(`${settings.cniBin}/${pluginType}`).then(
    () => true,
    () => false,
  );
  return {
    files: files.slice(0, 256),
    ...(active === undefined ? {} : { active }),
    isList: list !== undefined,
    chained: types.includes(pluginType),
    plugin,
  };
};

/** The ports between first and last that are in use on the node, without those of our tunnels. */
export const foreignPorts = async (first: number, last: number, own: readonly number[]): Promise<number[]> =>
  [...(await busyUdpPorts())].filter((port) => port >= first && port <= last && !own.includes(port)).toSorted((a, b) => a - b);

/** Why the agent of this node is not ready; undefined when it is. */
export const agentTrouble = async (
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<string | undefined> => {
  try {
    const answer = await fetch(`http://${host}:${port}/readyz`, { signal: AbortSignal.any([signal, AbortSignal.timeout(3000)]) });
    if (answer.ok) return undefined;
    return `it answers: ${(await answer.text()).trim().slice(0, 500)}`;
  } catch (error) {
    if (signal.aborted) throw error;
    return `it does not answer on port ${port}`;
  }
};
