import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ready, scripts, sliceAddress, start } from '../start.ts';
import { ensure, until } from '../until.ts';
import { watching } from '../watchers.ts';
import { client, namespace, script } from '../workloads.ts';
import type { World } from '../world.ts';
import { fault } from './hub-power.ts';

const ns = 'app-ns';
const file = '/tmp/clear.pcap';
const subnet = '10.0.0.0/16';

/** Every packet with a slice address that a node sees outside of slices, in whatever it travels that tcpdump looks into, since the start. */
const record = [
  'sh',
  '-c',
  `rm -f ${file}; tcpdump -Z root -i any -U --immediate-mode -w ${file} 'net ${subnet}' </dev/null >/dev/null 2>&1 & echo $! > /tmp/pid; until [ -s ${file} ]; do sleep 0.05; done`,
];
const read = ['sh', '-c', `tcpdump -Z root -n -r ${file} 2>/dev/null || true`];
const stop = ['sh', '-c', 'kill -INT $(cat /tmp/pid) || true'];

/** A pod that sends a datagram each 5 ms to an address of the slice from its first moment on, and again and again opens connections there. */
const sender = (name: string, node: string, target: string): object => {
  const pod = client(name, ns) as { spec: { containers: object[] } };
  const program = `const s=require('dgram').createSocket('udp4');setInterval(()=>s.send('in clear?',9,'${target}',()=>{}),5);setInterval(()=>{const c=require('net').connect(9,'${target}');c.on('error',()=>{});setTimeout(()=>c.destroy(),200)},50)`;
  const [container] = pod.spec.containers;
  return { ...pod, spec: { ...pod.spec, nodeName: node, containers: [{ ...container, command: ['node', '-e', program] }] } };
};

/** No packet to a slice address leaves a pod but by its slice, whatever the agent of its node does. */
export const inClearTopic = (world: World): void => {
  const members = ['east', 'west'] as const;
  let watchers: { readonly context: string; readonly pod: string }[] = [];
  let target = '';
  let node = '';
  let made = 0;

  const onEach = (command: readonly string[]): Promise<string[]> =>
    Promise.all(watchers.map(({ context, pod }) => world.exec(context, watching, pod, command)));
  const seen = async (): Promise<string[]> =>
    (await onEach(read)).flatMap((text, index) =>
      text
        .split('\n')
        .filter((line) => / IP /.test(line))
        .map((line) => `${watchers[index]?.pod}: ${line}`),
    );
  /** Some senders on the node, of which nobody waits for the slice interface. */
  const begin = async (count = 3): Promise<string[]> => {
    const names = Array.from({ length: count }, () => `sender-${(made += 1)}`);
    await world.apply('west', ...names.map((name) => sender(name, node, target)));
    return names;
  };
  const end = (names: readonly string[]): Promise<string> =>
    world.kubectl('west', ['delete', 'pod', ...names, '--namespace', ns, '--ignore-not-found', '--wait=false']);
  const running = (names: readonly string[]): Promise<unknown> =>
    until(
      `${names.join()} run`,
      async () => {
        const pods = await world.list('west', 'pod', '--namespace', ns);
        const started = pods.filter(({ metadata, status }) => names.includes(metadata.name) && status?.phase === 'Running');
        ensure(started.length === names.length, `${started.length} of ${names.length}`);
      },
      { withinMs: 90_000 },
    );
  const attached = (names: readonly string[]): Promise<unknown> =>
    until('they are attached', () => Promise.all(names.map((name) => sliceAddress(world, 'west', ns, name))), { withinMs: 60_000 });
  const noneSeen = async (): Promise<void> => {
    expect((await seen()).slice(0, 20)).toEqual([]);
  };

  describe('in clear', () => {
    beforeAll(async () => {
      watchers = (
        await Promise.all(
          members.map(async (context) =>
            (await world.list(context, 'node')).map(({ metadata }) => ({ context, pod: `watch-${metadata.name}` })),
          ),
        )
      ).flat();
      node = (await world.list('west', 'node')).map(({ metadata }) => metadata.name).toSorted()[0] ?? '';
      await start(world, 'east', ns, scripts(ns), script('echo', ns, 'echo.mjs'));
      target = (await until('the far end is attached', () => sliceAddress(world, 'east', ns, 'echo'), { withinMs: 30_000 })).value;
      await world.apply('west', namespace(ns));
      await onEach(record);
    }, 200_000);

    afterAll(async () => {
      await fault(world, 'heal');
      await onEach(stop);
    }, 200_000);

    test('what a pod outside of the slice sends there is seen: the control', async () => {
      await world.exec('west', watching, 'outside', [
        'node',
        '-e',
        `const s=require('dgram').createSocket('udp4');s.send('control',9,'${target}',()=>process.exit())`,
      ]);
      await until(
        'it is seen',
        async () =>
          ensure(
            (await seen()).some((line) => line.includes(target)),
            'nothing',
          ),
        { withinMs: 10_000 },
      );
      await onEach(stop);
      await onEach(record);
    });

    test('nothing, while the agent is frozen and pods start', async () => {
      await fault(world, 'freeze', 'agent', node);
      const names = await begin();
      // The CNI plugin gives up on the agent after a while; the pods start, closed.
      await running(names);
      await noneSeen();
      await fault(world, 'heal');
      await attached(names);
      await noneSeen();
      await end(names);
    });

    test('nothing, while the agent is away and pods start', async () => {
      const away = { spec: { template: { spec: { nodeSelector: { 'kubeslice.io/nowhere': 'true' } } } } };
      await world.kubectl('west', [
        'patch',
        'daemonset/kubeslice-agent',
        '--namespace',
        'kubeslice-system',
        '--type=merge',
        '-p',
        JSON.stringify(away),
      ]);
      try {
        await until(
          'no agent runs in west',
          async () => {
            const pods = await world.list('west', 'pod', '--namespace', 'kubeslice-system');
            ensure(!pods.some(({ metadata }) => metadata.name.startsWith('kubeslice-agent')), 'one does');
          },
          { withinMs: 90_000 },
        );
        const names = await begin();
        await running(names);
        await noneSeen();
        await end(names);
      } finally {
        const back = { spec: { template: { spec: { nodeSelector: { 'kubeslice.io/nowhere': null } } } } };
        await world.kubectl('west', [
          'patch',
          'daemonset/kubeslice-agent',
          '--namespace',
          'kubeslice-system',
          '--type=merge',
          '-p',
          JSON.stringify(back),
        ]);
      }
      await world.kubectl('west', ['rollout', 'status', 'daemonset/kubeslice-agent', '--namespace', 'kubeslice-system', '--timeout=90s'], {
        timeoutMs: 100_000,
      });
      const names = await begin();
      await attached(names);
      await noneSeen();
      await end(names);
    });

    test('nothing, while tunnels are made again under the pods that send', async () => {
      const names = await begin();
      await attached(names);
      for (let times = 0; times < 3; times += 1) {
        await fault(world, 'kill', 'wireguard-go', node);
        await until('the tunnel carries again', () => world.exec('west', ns, names[0] ?? '', ['ping', '-c', '1', '-W', '1', target]), {
          withinMs: 60_000,
        });
      }
      await fault(world, 'freeze', 'agent', node);
      await fault(world, 'kill', 'wireguard-go', node);
      const count = Number((await world.exec('west', ns, names[0] ?? '', ['cat', '/proc/uptime'])).split('.')[0]);
      await until(
        'five seconds without a tunnel',
        async () =>
          ensure(Number((await world.exec('west', ns, names[0] ?? '', ['cat', '/proc/uptime'])).split('.')[0]) >= count + 5, 'not yet'),
        { withinMs: 60_000 },
      );
      await fault(world, 'heal');
      await until('the tunnel carries again', () => world.exec('west', ns, names[0] ?? '', ['ping', '-c', '1', '-W', '1', target]), {
        withinMs: 60_000,
      });
      await noneSeen();
      await end(names);
    });

    test('nothing, while the node boots with pods that send', async () => {
      const names = await begin();
      await attached(names);
      // The capture of the node itself ends with it, so the others and the one that follows must see what it sends.
      await noneSeen();
      await fault(world, 'kill', 'node', node, '--for', '2s');
      await until('it is captured again', () => world.exec('west', watching, `watch-${node}`, record), { withinMs: 120_000 });
      await ready(world, 'west', 'kubeslice-system');
      await attached(names);
      await noneSeen();
      await end(names);
    });
  });
};
