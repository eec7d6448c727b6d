import { describe, expect, test } from 'vitest';
import { scripts, start } from '../start.ts';
import { ensure, until } from '../until.ts';
import { onEachNode } from '../watchers.ts';
import { nameOf, script, server, service, serviceExport, slice } from '../workloads.ts';
import type { World } from '../world.ts';
import { failuresByAddress, resetCalls, settledCalls, sumOf } from './caller.ts';
import { newField, type Version } from './versions.ts';
import { type Cluster, commandOf, placeOf, type Versions, waysOf } from './ways.ts';

const ns = 'app-ns';
const name = 'steady';
/** Calls a second; a question to the DNS that is lost is asked again once, as resolv.conf(5) has it. */
const rate = 50;
/** How many of them must be answered in half a second before it counts as quiet: a busy machine is late with some. */
const leastCalls = rate / 4;
const hubFirst: readonly Cluster[] = ['hub', 'east', 'west'];
const membersFirst: readonly Cluster[] = ['east', 'west', 'hub'];

/** What of KubeSlice lies on a node, looked for from a pod that sees its files. Its state folder is a mount of the playground, which stays when it is empty. */
const tracesOnNode = `cd /node
ls -d var/lib/kubeslice/* run/kubeslice run/wireguard opt/cni/bin/*kubeslice* run/netns/*slice* sys/fs/cgroup/*kubeslice* 2>/dev/null
grep -l kubeslice etc/cni/net.d/* 2>/dev/null
true`;

/** Two versions take turns in a fleet while a client of west calls a service of east every 20 ms. */
export const upgradeTopic = (world: World, versions: () => Versions): void => {
  const run = commandOf(world);

  const imagesOf = async (cluster: Cluster): Promise<string[]> => {
    const { namespace, workloads } = placeOf(cluster);
    const images = workloads.map((workload) =>
      world.kubectl(cluster, ['get', workload, '--namespace', namespace, '-o', 'jsonpath={.spec.template.spec.containers[0].image}']),
    );
    return [...new Set(await Promise.all(images))];
  };

  /** What must hold after every step: the version runs, all is healthy by either command line, and no call failed. */
  const check = async (step: string, cluster: Cluster, version: Version): Promise<void> => {
    expect(await imagesOf(cluster)).toEqual([`kubeslice/kubeslice:${version.version}`]);
    const { older, newer } = versions();
    await run(newer, 'status', '--context', 'hub', '--wait=120s');
    await run(older, 'status', '--context', 'hub', '--wait=30s');
    // The last copy of a program may become ready a moment later.
    for (const context of hubFirst)
      await until(`doctor finds nothing in ${context}`, () => run(version, 'doctor', '--context', context), { withinMs: 60_000 });
    const calls = await settledCalls(world, 'west', ns, leastCalls);
    console.log(`${step}: ${sumOf(calls)}`);
    for (const line of failuresByAddress(calls, 0)) console.log(`    ${line}`);
    expect(calls.failed).toBe(0);
    await resetCalls(world, 'west', ns);
  };

  const fieldOfSlice = async (): Promise<unknown> => (await world.get('hub', 'slice', 'app-slice', 'default')).spec?.[newField];
  const patchSlice = (patch: object) =>
    world.kubectl('hub', ['patch', 'slice/app-slice', '--namespace', 'default', '--type', 'merge', '--patch', JSON.stringify(patch)]);

  describe.each(waysOf(world, versions))('$title', (way) => {
    const all = async (order: readonly Cluster[], version: Version, how: 'bring' | 'back'): Promise<void> => {
      for (const cluster of order) {
        await resetCalls(world, 'west', ns);
        await way[how](cluster, version);
        await check(`${way.title}, ${how === 'bring' ? 'on to' : 'back to'} ${version.version}, ${cluster}`, cluster, version);
      }
    };

    test('the older version is installed, and a client calls a service of the other cluster', async () => {
      const { older } = versions();
      for (const cluster of hubFirst) await way.bring(cluster, older);
      await world.apply('hub', slice('app-slice', '10.0.0.0/16', [ns]));
      await start(
        world,
        'east',
        ns,
        server(name, ns, 'east', [8080]),
        service(name, ns, name, [80], [8080]),
        serviceExport(name, ns, 'app-slice'),
      );
      await run(older, 'status', '--context', 'hub', '--wait=120s');
      await start(
        world,
        'west',
        ns,
        scripts(ns),
        script('caller', ns, 'caller.mjs', { NAME: nameOf(name, ns), RATE: String(rate), TRIES: '2' }),
      );
      await until('calls are answered', async () => ensure((await settledCalls(world, 'west', ns, leastCalls)).answered > 0, 'none'), {
        withinMs: 60_000,
      });
      await resetCalls(world, 'west', ns);
      await check(`${way.title}, at rest`, 'hub', older);
    });

    describe.each([
      ['the hub first', hubFirst],
      ['the members first', membersFirst],
    ])('%s', (_, order) => {
      test('on to the newer version, without a failed call', async () => {
        await all(order, versions().newer, 'bring');
        await patchSlice({ spec: { [newField]: 'said' } });
        expect(await fieldOfSlice()).toBe('said');
      });

      test('back to the older version, without a failed call or a lost field', async () => {
        await all(order, versions().older, 'back');
        await patchSlice({ metadata: { annotations: { touched: String(Date.now()) } } });
        expect(await fieldOfSlice()).toBe('said');
      });
    });

    test('everything goes again, and nothing stays on a node', async () => {
      for (const context of ['east', 'west'])
        expect((await onEachNode(world, context, ['sh', '-c', tracesOnNode])).join('')).toMatch(/kubeslice/);
      await way.removeMembers();
      for (const context of ['east', 'west']) expect((await onEachNode(world, context, ['sh', '-c', tracesOnNode])).join('')).toBe('');
      await way.removeHub();
      for (const context of hubFirst)
        expect(
          (await world.list(context, 'customresourcedefinition')).filter(({ metadata }) => metadata.name.includes('kubeslice')),
        ).toEqual([]);
      for (const context of ['east', 'west'])
        await world.kubectl(context, ['delete', 'namespace', ns, '--wait', '--timeout=60s'], { timeoutMs: 70_000 });
    });
  });
};
