import { access, readFile } from 'node:fs/promises';
import { Failure } from '../values/failure.ts';

/** File systems and kernel parts without which no playground can run, each with a file by which it shows, and what to do. */
const kernelParts: readonly { what: string; file: string; remedy: string }[] = [
  { what: 'network namespaces (CONFIG_NET_NS)', file: '/proc/self/ns/net', remedy: 'use a kernel that has them' },
  { what: 'PID namespaces (CONFIG_PID_NS)', file: '/proc/self/ns/pid', remedy: 'use a kernel that has them' },
  { what: 'control group namespaces (CONFIG_CGROUPS)', file: '/proc/self/ns/cgroup', remedy: 'use a kernel of at least 4.6' },
];

const sysResource = 24;

/** What of the machine matters to how a playground is set up. */
export interface HostFacts {
  /** CAP_SYS_RESOURCE, without which a negative oom_score_adj is refused. */
  mayRaisePriority: boolean;
}

/**
 * Makes sure that this is Linux, that we are root, and that the kernel has what is needed.
 *
 * @throws Failure `CapabilityMissing` that names the one thing missing and what helps.
 */
export async function requireHost(): Promise<HostFacts> {
  if (process.platform !== 'linux') throw new Failure('CapabilityMissing', 'A playground needs Linux: its nodes are Linux namespaces.');
  if (process.geteuid?.() !== 0)
    throw new Failure('CapabilityMissing', 'A playground needs root, because it makes network namespaces and mounts: run it with sudo.');
  for (const part of kernelParts) {
    await access(part.file).catch(() => {
      throw new Failure('CapabilityMissing', `The kernel lacks ${part.what}: ${part.remedy}.`);
    });
  }
  // A module that is not loaded yet is missing here as well; the mount loads it. Only a kernel with neither is refused, by containerd, later.
  const status = await readFile('/proc/self/status', 'utf8');
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return { mayRaisePriority: ((capabilities >> BigInt(sysResource)) & 1n) === 1n };
}
