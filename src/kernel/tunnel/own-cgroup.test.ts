import { expect, it } from 'vitest';
import { ownCgroup, parseHierarchies, parseMembership } from './own-cgroup.ts';

const v1 = `25 24 0:22 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
26 25 0:23 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
27 25 0:24 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
28 25 0:25 /node-1 /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
29 25 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`;

it('reads the hierarchies of a machine, v1 and v2 mixed', () => {
  expect(parseHierarchies(v1)).toEqual([
    { controllers: 'cpu,cpuacct', mountPoint: '/sys/fs/cgroup/cpu,cpuacct', root: '/' },
    { controllers: 'name=systemd', mountPoint: '/sys/fs/cgroup/systemd', root: '/' },
    { controllers: 'pids', mountPoint: '/sys/fs/cgroup/pids', root: '/node-1' },
    { controllers: '', mountPoint: '/sys/fs/cgroup/unified', root: '/' },
  ]);
});

it('reads the membership of a process', () => {
  expect(parseMembership('9:name=systemd:/init.scope\n4:cpu,cpuacct:/a:b\n0::/\n')).toEqual(
    new Map([
      ['name=systemd', '/init.scope'],
      ['cpu,cpuacct', '/a:b'],
      ['', '/'],
    ]),
  );
});

it.each([
  ['at the top', '/', '/', '/m/kubeslice'],
  ['beside systemd’s own leaf', '/', '/init.scope', '/m/kubeslice'],
  ['beside the leaf of a node in a container', '/', '/docker/77/init', '/m/docker/77/kubeslice'],
  ['below the group that a node is confined to', '/', '/node-1', '/m/node-1/kubeslice'],
  ['where the mount shows only a part', '/node-1', '/node-1/system', '/m/system/kubeslice'],
])('puts our group outside of any pod: %s', (_, root, init, expected) => {
  expect(ownCgroup({ controllers: 'pids', mountPoint: '/m', root }, init, 'kubeslice')).toBe(expected);
});
