import { access, readFile } from 'node:fs/promises';
import { Failure } from '../../src/values/failure.ts';
import { run } from '../machine/run.ts';

/** Required file systems and kernel parts, each with a file that proves its presence, and the remedy. */
const kernelParts: readonly { what: string; file: string; remedy: string }[] = [
  { what: 'network namespaces (CONFIG_NET_NS)', file: '/proc/self/ns/net', remedy: 'use a kernel that has them' },
  { what: 'PID namespaces (CONFIG_PID_NS)', file: '/proc/self/ns/pid', remedy: 'use a kernel that has them' },
  { what: 'control group namespaces (CONFIG_CGROUPS)', file: '/proc/self/ns/cgroup', remedy: 'use a kernel of at least 4.6' },
];

const sysResource = 24;

/** The properties of the machine that affect the setup of a playground. */
export interface HostFacts {
  /** CAP_SYS_RESOURCE, without which a negative oom_score_adj is refused. */
  mayRaisePriority: boolean;
}

/** @throws Failure `CapabilityMissing` when this is not Linux or we are not root. */
export function requireRoot(): void {
  if (process.platform !== 'linux') throw new Failure('CapabilityMissing', 'A playground needs Linux: its nodes are Linux namespaces.');
  if (process.geteuid?.() !== 0)
    throw new Failure('CapabilityMissing', 'A playground needs root, because it makes network namespaces and mounts: run it with sudo.');
}

/**
 * Checks that this is Linux, that this is root, and that the kernel has the required parts.
 *
 * @throws Failure `CapabilityMissing` with the first missing part and its remedy.
 */
export async function requireHost(signal: AbortSignal): Promise<HostFacts> {
  requireRoot();
  for (const part of kernelParts) {
    await access(part.file).catch(() => {
      throw new Failure('CapabilityMissing', `The kernel lacks ${part.what}: ${part.remedy}.`);
    });
  }
  await requireOverlay(signal);
  await requirePacketFilter(signal);
  await requireTunnel(signal);
  const status = await readFile('/proc/self/status', 'utf8');
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return { mayRaisePriority: ((capabilities >> BigInt(sysResource)) & 1n) === 1n };
}

async function requireOverlay(signal: AbortSignal): Promise<void> {
  const known = async (): Promise<boolean> => (await readFile('/proc/filesystems', 'utf8')).includes('\toverlay\n');
  if (await known()) return;
  // Only the first mount loads the module, so it is loaded here, where a failure can be explained.
  await run('modprobe', ['overlay'], { signal }).catch(() => undefined);
  if (await known()) return;
  throw new Failure(
    'CapabilityMissing',
    'The kernel lacks overlayfs (CONFIG_OVERLAY_FS), in which containers run: load the module overlay, or use a kernel that has it.',
  );
}

async function requireTunnel(signal: AbortSignal): Promise<void> {
  const known = async (): Promise<boolean> =>
    (await Promise.allSettled([access('/sys/module/wireguard'), access('/dev/net/tun')])).some(({ status }) => status === 'fulfilled');
  if (await known()) return;
  for (const module of ['wireguard', 'tun']) await run('modprobe', [module], { signal }).catch(() => undefined);
  if (await known()) return;
  throw new Failure(
    'CapabilityMissing',
    'The kernel has neither WireGuard (CONFIG_WIREGUARD) nor /dev/net/tun (CONFIG_TUN), one of which tunnels need: load the module wireguard or tun, or use a kernel that has one of them.',
  );
}

async function requirePacketFilter(signal: AbortSignal): Promise<void> {
  try {
    await run('nft', ['list', 'tables'], { signal });
  } catch (error) {
    if (!Failure.is(error, 'CommandFailed')) throw error;
    throw new Failure(
      'CapabilityMissing',
      `The kernel lacks nftables (CONFIG_NF_TABLES), with which kube-proxy works: load the module nf_tables, or use a kernel that has it. (${error.message})`,
      { cause: error },
    );
  }
}
