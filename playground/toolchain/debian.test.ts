import { describe, expect, test } from 'vitest';
import { refusalToInstall } from './debian.ts';
import { debianPackages, missingPackages } from './debian-packages.ts';

const packages = [
  { name: 'runc', files: ['runc'], purpose: 'starts containers' },
  { name: 'plugins', files: ['/usr/lib/cni/bridge', '/usr/lib/cni/portmap'], purpose: 'pod networks' },
];

describe('missingPackages', () => {
  test.each([
    ['nothing there', [], ['runc', 'plugins']],
    ['a program in any usual folder counts', ['/usr/local/bin/runc'], ['plugins']],
    ['all of a package is needed', ['/usr/sbin/runc', '/usr/lib/cni/bridge'], ['plugins']],
    ['an absolute path counts only there', ['/usr/sbin/runc', '/usr/bin/bridge', '/usr/bin/portmap'], ['plugins']],
    ['all there', ['/bin/runc', '/usr/lib/cni/bridge', '/usr/lib/cni/portmap'], []],
  ])('%s', (_what, files, missing) => {
    const present = new Set(files);
    expect(missingPackages((path) => present.has(path), packages).map((each) => each.name)).toEqual(missing);
  });

  test('each package is listed once, in order, with files and a purpose', () => {
    const names = debianPackages.map((each) => each.name);
    expect(names).toEqual([...new Set(names)].toSorted());
    for (const { files, purpose } of debianPackages) expect([files.length > 0, purpose !== '']).toEqual([true, true]);
  });
});

describe('refusalToInstall', () => {
  test('root on Debian may install', () => {
    expect(refusalToInstall(packages, 0, true)).toBeUndefined();
  });

  test('anybody else gets the command to type', () => {
    const refusal = refusalToInstall(packages, 1000, true);
    expect(refusal?.code).toBe('CapabilityMissing');
    expect(refusal?.message).toContain('sudo apt-get install runc plugins');
  });

  test('without apt-get the programs are named, since packages are called otherwise there', () => {
    const refusal = refusalToInstall(packages, 0, false);
    expect(refusal?.code).toBe('CapabilityMissing');
    expect(refusal?.message).toContain('runc, /usr/lib/cni/bridge, /usr/lib/cni/portmap');
  });
});
