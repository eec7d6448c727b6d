import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findPodNamespaces, podUidOf } from './pod-namespaces.ts';

const uid = '0b5f1c4e-8a52-4d53-9a5b-7cde8f6a1b2c';
const systemd = uid.replaceAll('-', '_');

it.each([
  ['v1 cgroupfs', `11:memory:/kubepods/burstable/pod${uid}/3f2a\n4:cpu,cpuacct:/kubepods/burstable/pod${uid}/3f2a\n0::/\n`, uid],
  ['v1 cgroupfs under a root of the node', `3:pids:/ks/east-1/kubepods/besteffort/pod${uid}/abc\n`, uid],
  ['v1 guaranteed', `3:pids:/kubepods/pod${uid}/abc\n`, uid],
  ['v2 systemd', `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${systemd}.slice/cri-containerd-77.scope\n`, uid],
  ['v2 seen from a private cgroup namespace', `0::/../../kubepods-pod${systemd}.slice/crio-1.scope\n`, uid],
  ['kind', `0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${systemd}.slice/cri-containerd-9.scope`, uid],
  ['static pod', '3:pids:/kubepods/burstable/pod0123456789abcdef0123456789abcdef/x', '0123456789abcdef0123456789abcdef'],
  ['machine', '3:pids:/system.slice/containerd.service\n0::/', undefined],
  ['docker', '3:pids:/docker/3f2a', undefined],
])('finds the pod of a process: %s', (_, text, expected) => {
  expect(podUidOf(text)).toBe(expected);
});

it('takes the oldest process of each pod and skips what vanishes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'proc-'));
  try {
    for (const [pid, text] of [
      ['100', `0::/kubepods/pod${uid}/b`],
      ['20', `0::/kubepods/pod${uid}/a`],
      ['7', '0::/init.scope'],
    ] as const) {
      await mkdir(join(directory, pid));
      await writeFile(join(directory, pid, 'cgroup'), text);
    }
    await mkdir(join(directory, '300'));
    await mkdir(join(directory, 'self'));
    expect(await findPodNamespaces({ directory })).toEqual(new Map([[uid, `${directory}/20/ns/net`]]));
  } finally {
    await rm(directory, { recursive: true });
  }
});
