import { beforeAll, describe, expect, test } from 'vitest';
import { ask, untilAnswer } from './answers.ts';
import { remainsOf } from './endings.ts';
import { ready, removeNamespaces, start } from './start.ts';
import { ensure, until } from './until.ts';
import { members, onEachNode, watching } from './watchers.ts';
import { client, nameOf, server, service, serviceExport, slice } from './workloads.ts';
import type { AnyObject, World } from './world.ts';

const name = 'ipsec-a';
const host = nameOf('web', name);

/** Names of the programs of IPsec tunnels on the nodes of all members. */
const programs = async (world: World): Promise<string[]> =>
  (await Promise.all(members.map((member) => onEachNode(world, member, ['sh', '-c', 'cat /node/proc/[0-9]*/comm 2>/dev/null || true']))))
    .flat()
    .flatMap((text) => text.split('\n'))
    .filter((text) => text.startsWith('charon') || text.startsWith('ipsec-tunnel'));

/** A slice whose tunnels are IPsec. */
export const ipsecTopic = (world: World): void => {
  describe('a slice with IPsec', () => {
    beforeAll(async () => {
      const wanted = slice(name, '10.65.0.0/16', [name]) as AnyObject;
      await world.apply('hub', { ...wanted, spec: { ...wanted.spec, tunnel: { driver: 'IPsec' } } });
      await Promise.all([
        start(world, 'east', name, server('web', name, 'east', [80]), service('web', name, 'web', [80]), serviceExport('web', name, name)),
        start(world, 'west', name, client('client', name)),
      ]);
    }, 120_000);

    test('answers by name, and reports its driver', async () => {
      const { value } = await untilAnswer({ world, from: 'west', ns: name, host, withinMs: 60_000 });
      expect(value).toMatchObject({ pod: 'web', cluster: 'east' });
      const nodes = (await world.list('west', 'slicenode')).filter(({ spec }) => spec?.slice === name && spec.idle !== true);
      expect(nodes.map(({ status }) => status?.driver)).toEqual(nodes.map(() => 'IPsec'));
    });

    test('carries no word of what is said in clear', async () => {
      const { spec } = await world.get('west', 'pod', 'client', name);
      const watcher = (command: string): Promise<string> =>
        world.exec('west', watching, `watch-${String(spec?.nodeName)}`, ['sh', '-c', command]);
      const file = '/tmp/ipsec.pcap';
      await watcher(
        `rm -f ${file}; tcpdump -Z root -i any -U --immediate-mode -w ${file} 'udp and portrange 51800-51899' </dev/null >/dev/null 2>&1 & echo $! > /tmp/pid; until [ -s ${file} ]; do sleep 0.05; done`,
      );
      for (let call = 0; call < 5; call += 1) await ask(world, 'west', name, 'client', host);
      const seen = await watcher(`kill -INT $(cat /tmp/pid); tcpdump -Z root -n -A -r ${file} 2>/dev/null || true`);
      expect(seen.split('\n').filter((line) => / IP6? \S+ > /.test(line)).length).toBeGreaterThan(10);
      expect(seen).not.toContain('HTTP/1.1');
    });

    test('goes on while agents restart', async () => {
      const before = await programs(world);
      await world.kubeslice(['playground', 'fault', 'kill', 'agent', 'west', '--name', world.name]);
      for (let call = 0; call < 5; call += 1) expect(await ask(world, 'west', name, 'client', host)).toMatchObject({ cluster: 'east' });
      await ready(world, 'west', 'kubeslice-system');
      expect(await ask(world, 'west', name, 'client', host)).toMatchObject({ cluster: 'east' });
      expect((await programs(world)).toSorted()).toEqual(before.toSorted());
    });

    test('leaves nothing', async () => {
      await world.kubectl('hub', ['delete', 'slice', name, '--wait', '--timeout=60s'], { timeoutMs: 70_000 });
      await removeNamespaces(world, members, [name]);
      await until(
        'nothing is left',
        async () => {
          const left = [...(await remainsOf(world, name)), ...(await programs(world))];
          ensure(left.length === 0, left.join(', '));
        },
        { withinMs: 20_000, everyMs: 500 },
      );
    });
  });
};
