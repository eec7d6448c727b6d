import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ToolName } from './catalogue.ts';
import { playgroundTools, toolOf, tools } from './catalogue.ts';
import { chainsByModule } from './provide.ts';

const modules = join(import.meta.dirname, '../../toolchain');
const names = Object.keys(tools).filter((name): name is ToolName => name in tools);

/** Where each upstream version is pinned (ipsec-tunnel, cni-plugin, prober, relay, launcher, pause and packet-delay are our own); the catalogue repeats it for people, and the two must agree. */
const pins: Record<
  Exclude<ToolName, 'ipsec-tunnel' | 'cni-plugin' | 'prober' | 'relay' | 'launcher' | 'pause' | 'packet-delay'>,
  [requirement: string, prefix: string]
> = {
  kube: ['k8s.io/kubernetes', 'v'],
  coredns: ['github.com/coredns/coredns', 'v'],
  etcd: ['go.etcd.io/etcd/server/v3', 'v'],
  containerd: ['github.com/containerd/containerd/v2', 'v'],
  'wireguard-go': ['golang.zx2c4.com/wireguard', 'v0.0.0-'],
  helm: ['helm.sh/helm/v4', 'v'],
};

describe('catalogue', () => {
  test.each(names)('%s: module, packages and links exist', (name) => {
    const tool = toolOf(name);
    const mod = readFileSync(join(modules, tool.module, 'go.mod'), 'utf8');
    for (const path of Object.values(tool.programs)) {
      if (path.startsWith('.')) expect(existsSync(join(modules, tool.module, path, 'main.go'))).toBe(true);
      else expect(mod).toMatch(new RegExp(`^(tool |\\t)${path}$`, 'm'));
    }
    for (const program of Object.values(tool.links ?? {})) expect(tool.programs).toHaveProperty(program);
  });

  test.each(Object.entries(pins))('%s has the version that its module pins', (name, [requirement, prefix]) => {
    const tool = toolOf(names.find((each) => each === name) ?? 'pause');
    const mod = readFileSync(join(modules, tool.module, 'go.mod'), 'utf8');
    const pinned = new RegExp(`^(?:require |\\t)${requirement} (\\S+)`, 'm').exec(mod)?.[1];
    expect(pinned).toMatch(new RegExp(`^${prefix}${tool.version.replaceAll('.', '\\.')}`));
  });

  test('the Kubernetes staging modules have the version of Kubernetes', () => {
    const mod = readFileSync(join(modules, 'kubernetes', 'go.mod'), 'utf8');
    const staged = [...mod.matchAll(/^\tk8s\.io\/\S+ => k8s\.io\/\S+ (\S+)$/gm)].map((match) => match[1]);
    expect(staged.length).toBeGreaterThan(30);
    expect(new Set(staged)).toEqual(new Set([tools.kube.version.replace(/^1/, 'v0')]));
  });

  test('a playground does not wait for helm', () => {
    expect(playgroundTools).not.toContain('helm');
    expect([...playgroundTools, 'helm'].toSorted()).toEqual(names.toSorted());
  });

  test('tools of one module are built one after the other, each once', () => {
    expect(chainsByModule(['kube', 'pause', 'etcd', 'kube', 'coredns'])).toEqual([['kube', 'etcd', 'coredns'], ['pause']]);
  });
});
