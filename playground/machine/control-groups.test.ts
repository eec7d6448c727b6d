import { describe, expect, test } from 'vitest';
import { isPureVersion2, parseHierarchies } from './control-groups.ts';

const version1 = `22 27 0:21 / /proc rw,relatime - proc proc rw
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,nosuid,relatime shared:9 - cgroup cgroup rw,memory
36 31 0:32 / /somewhere/else rw,relatime - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,release_agent=/lib/systemd/agent,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
`;
const version2 =
  '30 24 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n';

describe('control group hierarchies', () => {
  test('version 1 with the version 2 tree beside it; each hierarchy once', () => {
    const found = parseHierarchies(version1);
    expect(found).toEqual([
      { version: 1, mountPoint: '/sys/fs/cgroup/cpu,cpuacct', options: 'cpu,cpuacct' },
      { version: 1, mountPoint: '/sys/fs/cgroup/memory', options: 'memory' },
      { version: 1, mountPoint: '/sys/fs/cgroup/systemd', options: 'none,name=systemd' },
      { version: 2, mountPoint: '/sys/fs/cgroup/unified', options: '' },
    ]);
    expect(isPureVersion2(found)).toBe(false);
  });

  test('version 2 alone', () => {
    const found = parseHierarchies(version2);
    expect(found).toEqual([{ version: 2, mountPoint: '/sys/fs/cgroup', options: '' }]);
    expect(isPureVersion2(found)).toBe(true);
  });
});
