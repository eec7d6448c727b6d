import { describe, expect, test } from 'vitest';
import { ensure, until } from './until.ts';
import { onEachNode } from './watchers.ts';
import type { World } from './world.ts';

/** What of KubeSlice is in a cluster, one line for each object. */
const tracesIn = async (world: World, context: string): Promise<string[]> => {
  const kinds = [
    'customresourcedefinition',
    'clusterrole',
    'clusterrolebinding',
    'namespace',
    'priorityclass',
    'validatingadmissionpolicy',
    'validatingadmissionpolicybinding',
  ];
  const named = await Promise.all(
    kinds.map(async (kind) => {
      const names = (await world.kubectl(context, ['get', kind, '-o', 'name'])).trim().split('\n');
      return names.filter((each) => /kubeslice/.test(each));
    }),
  );
  const inSystem = ['role', 'rolebinding', 'serviceaccount', 'configmap', 'secret'].map(async (kind) => {
    const objects = await world.list(context, kind);
    return objects
      .filter(({ metadata }) => metadata.name.startsWith('kubeslice'))
      .map(({ metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`);
  });
  return [...named.flat(), ...(await Promise.all(inSystem)).flat()];
};

const corefile = async (world: World, context: string): Promise<string> =>
  world.kubectl(context, ['get', 'configmap', 'coredns', '--namespace', 'kube-system', '-o', 'jsonpath={.data.Corefile}']);

/** What of KubeSlice is on the nodes: its plugin, its entry in the CNI configuration, its namespaces, folders and processes. */
const tracesOnNodes = async (world: World, context: string): Promise<string[]> => {
  const look = [
    'grep -l kubeslice /node/etc/cni/net.d/* 2>/dev/null',
    'ls -d /node/opt/cni/bin/*kubeslice* /node/run/kubeslice /node/var/lib/kubeslice 2>/dev/null | while read folder; do [ -z "$(ls -A "$folder" 2>/dev/null)" ] || echo "$folder"; done',
    'ls /node/run/netns 2>/dev/null | grep ^ks-',
    'for file in /node/proc/[0-9]*/comm; do grep -l -e wireguard-go -e prober "$file" 2>/dev/null; done',
  ];
  return (await onEachNode(world, context, ['sh', '-c', `${look.join('; ')}; true`]))
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '');
};

/** A member leaves, the hub is uninstalled: nothing of KubeSlice is left where it was. Takes what it needs apart, so it comes last. */
export const leavingTopic = (world: World): void => {
  const nothing = (context: string, nodes: boolean) =>
    until(
      `nothing of KubeSlice is left in ${context}`,
      async () => {
        const left = [...(await tracesIn(world, context)), ...(nodes ? await tracesOnNodes(world, context) : [])];
        ensure(left.length === 0, left.join(', '));
      },
      { withinMs: 30_000, everyMs: 500 },
    );

  describe('leaving', () => {
    test.each([
      ['a hub whose members are connected', 'hub', ['east', 'west', '--force']],
      ['a member', 'east', ['kubeslice leave east']],
    ])('uninstall refuses %s, and changes nothing', async (_, context, words) => {
      const { code, stderr } = await world.kubeslice(['uninstall', '--context', context]);
      expect(code).toBe(64);
      for (const word of words) expect(stderr).toContain(word);
      expect((await world.kubeslice(['status', '--context', 'hub', '--wait=30s'], { timeoutMs: 60_000 })).code).toBe(0);
    });

    test('a member that leaves is as it was before it joined', async () => {
      const { code, stderr } = await world.kubeslice(['leave', 'west', '--hub-context', 'hub', '--context', 'west'], {
        timeoutMs: 120_000,
      });
      expect(stderr).not.toContain('error');
      expect(code).toBe(0);
      await nothing('west', true);
      expect(await corefile(world, 'west')).not.toContain('slice.local');
      expect((await world.list('hub', 'cluster')).map(({ metadata }) => metadata.name)).toEqual(['east']);
    });

    test('leaving again changes nothing and is no error', async () => {
      expect((await world.kubeslice(['leave', 'west', '--hub-context', 'hub', '--context', 'west'], { timeoutMs: 60_000 })).code).toBe(0);
    });

    test('a cluster that has left cannot come back under the name of another', async () => {
      const { code, stderr } = await world.kubeslice(['join', 'east', '--hub-context', 'hub', '--context', 'west'], { timeoutMs: 60_000 });
      expect(code).not.toBe(0);
      expect(stderr).toContain('east');
      await nothing('west', true);
    });

    test('the last member and the hub', async () => {
      const left = await world.kubeslice(['leave', 'east', '--hub-context', 'hub', '--context', 'east'], { timeoutMs: 120_000 });
      expect(left.code).toBe(0);
      const gone = await world.kubeslice(['uninstall', '--context', 'hub'], { timeoutMs: 120_000 });
      expect(gone.code).toBe(0);
      await Promise.all([nothing('east', true), nothing('hub', false)]);
    });
  });
};
