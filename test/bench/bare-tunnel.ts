import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkNamespace } from '../../playground/clusters/names.ts';
import { handleOf } from '../../playground/fault/context.ts';
import { groupProcesses } from '../../playground/machine/control-groups.ts';
import { machineGroup } from '../../playground/machine/machine.ts';
import { provide } from '../../playground/toolchain/provide.ts';
import { parseHierarchies, parseMembership } from '../../src/kernel/tunnel/own-cgroup.ts';
import { execute } from '../e2e/execute.ts';
import type { Bed } from './bed.ts';
import type { End, Scene } from './scene.ts';

/** A tunnel without KubeSlice, between the very nodes that the slice's tunnel connects. */
export interface BareTunnel {
  /** Driver, as the slice's status names it. */
  readonly driver: string;
  /** Address of the far end, reached from the near node's own network. */
  readonly address: string;
}

const port = 51_990;
const addresses = { east: '100.100.250.1', west: '100.100.250.2' } as const;

const command = async (...argv: readonly [string, ...string[]]): Promise<string> => {
  const [program, ...args] = argv;
  const { code, stdout, stderr } = await execute(program, args, { env: process.env });
  if (code !== 0) throw new Error(`"${argv.join(' ')}" ended with ${code}: ${stderr.trim()}`);
  return stdout.trim();
};

/** Files by which a process joins the control groups of the slice's own tunnel on that node, so that both get the same share of the machine. */
const groupsOfTunnel = async (bed: Bed, node: string): Promise<string[]> => {
  const machine = handleOf(bed.context, node);
  for (const pid of await groupProcesses(machine.hierarchies, machineGroup(machine))) {
    const program = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')[0] ?? '';
    if (!/\/wireguard-go[^/]*$/.test(program)) continue;
    const groups = parseMembership(await readFile(`/proc/${pid}/cgroup`, 'utf8'));
    return parseHierarchies(await readFile('/proc/self/mountinfo', 'utf8')).flatMap(({ controllers, mountPoint }) => {
      const group = groups.get(controllers);
      return group === undefined ? [] : [`${mountPoint}${group}/cgroup.procs`];
    });
  }
  return [];
};

const startUserspace = async (bed: Bed, netns: string, name: string, node: string): Promise<void> => {
  const modules = join(bed.project, 'toolchain');
  const { 'wireguard-go': program } = await provide(['wireguard-go'], { cache: bed.cache, modules }, bed.signal);
  const join_ = (await groupsOfTunnel(bed, node)).map((file) => `echo $$ > ${file}`).join('; ');
  const script = `${join_}; exec nsenter --net=/run/netns/${netns} -- ${program} --foreground ${name}`;
  const child = spawn('sh', ['-c', script], {
    stdio: 'ignore',
    // Without the limit that the slice's tunnel has: what the limit costs counts as a cost of ours.
    env: { PATH: process.env.PATH, LOG_LEVEL: 'error', WG_PROCESS_FOREGROUND: '1', GOMEMLIMIT: 'off' },
  });
  child.on('error', () => undefined);
  bed.later(async () => void child.kill());
  const socket = `/run/wireguard/${name}.sock`;
  for (let tries = 0; tries < 200; tries += 1) {
    if (
      await access(socket).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${program} did not open ${socket} within 5 s`);
};

/** Makes the tunnel with the driver and the MTU of the slice. It is removed when the bed is closed. */
export const makeBareTunnel = async (bed: Bed, scene: Scene): Promise<BareTunnel> => {
  const { driver, mtu } =
    scene.sliceNodes.list().find(({ spec }) => spec.slice === scene.slice && spec.node === scene.east.node)?.status ?? {};
  if (driver === undefined || mtu === undefined) throw new Error(`node ${scene.east.node} does not say which driver it uses`);
  const folder = await mkdtemp(join(tmpdir(), 'kubeslice-bench-'));
  const ends = [scene.east, scene.west].map((end) => ({ ...end, name: `bench-${end.cluster}`, key: join(folder, end.cluster) }));
  const publicKeys = new Map<string, string>();
  const wg = (end: End, ...args: string[]): Promise<string> =>
    command('nsenter', `--net=/run/netns/${netnsOf(bed, end)}`, '--', 'wg', ...args);
  for (const end of ends) {
    const netns = netnsOf(bed, end);
    const key = await command('wg', 'genkey');
    await writeFile(end.key, key, { mode: 0o600 });
    publicKeys.set(end.cluster, (await execute('wg', ['pubkey'], { env: process.env, input: key })).stdout.trim());
    if (driver === 'WireGuard') await command('ip', '-n', netns, 'link', 'add', end.name, 'type', 'wireguard');
    else await startUserspace(bed, netns, end.name, end.node);
    bed.later(async () => void (await execute('ip', ['-n', netns, 'link', 'del', end.name], { env: process.env })));
  }
  for (const end of ends) {
    const peer = ends.find((other) => other !== end)!;
    await wg(
      end,
      'set',
      end.name,
      'listen-port',
      String(port),
      'private-key',
      end.key,
      'peer',
      publicKeys.get(peer.cluster)!,
      'endpoint',
      `${peer.nodeAddress}:${port}`,
      'allowed-ips',
      `${addresses[peer.cluster]}/32`,
    );
    const ip = (...args: string[]): Promise<string> => command('ip', '-n', netnsOf(bed, end), ...args);
    await ip('address', 'add', `${addresses[end.cluster]}/30`, 'dev', end.name);
    await ip('link', 'set', end.name, 'mtu', String(mtu), 'up');
  }
  await rm(folder, { recursive: true });
  await scene.west.onNode.run(`until ping -c1 -W1 -n ${addresses.east} >/dev/null; do sleep 0.1; done`);
  return { driver, address: addresses.east };
};

const netnsOf = (bed: Bed, { node }: End): string => networkNamespace(bed.context.spec.name, node);
