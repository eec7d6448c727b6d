import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { playgroundPaths } from '../clusters/paths.ts';
import type { Hierarchy } from './control-groups.ts';
import { initScript, startScript } from './init-script.ts';

const paths = playgroundPaths('/state of things', 'pg').machine('east-node-1');
const version1: Hierarchy[] = [
  { version: 1, mountPoint: '/sys/fs/cgroup/cpu,cpuacct', options: 'cpu,cpuacct' },
  { version: 1, mountPoint: '/sys/fs/cgroup/systemd', options: 'none,name=systemd' },
  { version: 2, mountPoint: '/sys/fs/cgroup/unified', options: '' },
];
const input = {
  machine: 'east-node-1',
  paths,
  path: '/tools/bin:/usr/bin',
  hierarchies: version1,
  binds: { '/state of things/kubelet': '/var/lib/kubelet' },
  services: [{ name: 'kubelet', command: ['kubelet', "--label=it's", '--plain=1'] }],
  preparation: ['echo 1 >/proc/sys/net/ipv4/ip_forward'],
};

const parses = (script: string): void => void execFileSync('sh', ['-n'], { input: script });

describe('scripts of a machine', () => {
  test('the shell understands both', () => {
    parses(initScript(input));
    parses(startScript({ networkNamespace: 'kubeslice.pg.east-node-1', paths, groups: ['/sys/fs/cgroup/cpu,cpuacct/x'] }));
  });

  test('the host`s mounts below /run are given up before the node`s own /run covers them', () => {
    const script = initScript(input);
    expect(script.indexOf('umount -l "$point"')).toBeGreaterThan(0);
    expect(script.indexOf('umount -l "$point"')).toBeLessThan(script.indexOf('tmpfs /run'));
    expect(script.indexOf('--make-rshared /')).toBeGreaterThan(script.indexOf('mount --bind'));
  });

  test('version 1 hierarchies are mounted one by one, joined ones found by each name', () => {
    const script = initScript(input);
    expect(script).toContain('mount -t cgroup -o cpu,cpuacct cgroup /sys/fs/cgroup/cpu,cpuacct');
    expect(script).toContain('ln -s cpu,cpuacct /sys/fs/cgroup/cpu\n');
    expect(script).toContain('ln -s cpu,cpuacct /sys/fs/cgroup/cpuacct');
    expect(script).toContain('mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd');
    expect(script).toContain('mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified');
    expect(script).not.toContain('subtree_control');
  });

  test('version 2 alone is one mount, and hands its controllers on', () => {
    const script = initScript({ ...input, hierarchies: [{ version: 2, mountPoint: '/sys/fs/cgroup', options: '' }] });
    expect(script).toContain('mount -t cgroup2 cgroup2 /sys/fs/cgroup\n');
    expect(script).toContain('cgroup.subtree_control');
  });

  test('the leaf group is joined after the namespace has taken its root', () => {
    const script = startScript({ networkNamespace: 'n', paths, groups: ['/g'] });
    expect(script.indexOf('/g/cgroup.procs')).toBeLessThan(script.indexOf('unshare --cgroup'));
    expect(script.indexOf('/g/system/cgroup.procs')).toBeGreaterThan(script.indexOf('unshare --cgroup'));
  });
});
