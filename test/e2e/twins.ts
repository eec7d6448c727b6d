import { describe, expect, test } from 'vitest';
import { ask, untilAnswer } from './answers.ts';
import { removeNamespaces, start } from './start.ts';
import { client, nameOf, server, service, serviceExport, slice } from './workloads.ts';
import type { World } from './world.ts';

const subnet = '10.77.0.0/16';
const twins = ['twin-a', 'twin-b'] as const;

/** Two slices with the same subnet on the same clusters: each is complete, and neither can be seen from the other. */
export const twinsTopic = (world: World): void => {
  describe('two slices with the same subnet', () => {
    test('both work at once', async () => {
      await world.apply('hub', ...twins.map((name) => slice(name, subnet, [name])));
      await Promise.all(
        twins.flatMap((name) => [
          start(
            world,
            'east',
            name,
            server(`server-of-${name}`, name, 'east', [80]),
            service('web', name, `server-of-${name}`, [80]),
            serviceExport('web', name, name),
          ),
          start(world, 'west', name, client('client', name)),
        ]),
      );
      for (const name of twins) {
        const { value } = await untilAnswer({ world, from: 'west', ns: name, host: nameOf('web', name), withinMs: 30_000 });
        expect(value.pod).toBe(`server-of-${name}`);
      }
    });

    test('nothing crosses, whatever address is called', async () => {
      const [a, b] = twins;
      for (const { own, other } of [
        { own: a, other: b },
        { own: b, other: a },
      ]) {
        const { server: theirs } = await ask(world, 'west', other, 'client', nameOf('web', other));
        const crossed = await ask(world, 'west', own, 'client', theirs).catch(() => undefined);
        // The same address may exist in both; then it is a pod of the own slice that answers.
        expect(crossed?.pod).not.toBe(`server-of-${other}`);
      }
    });

    test('and both go without a trace of the other being touched', async () => {
      await world.kubectl('hub', ['delete', 'slice', 'twin-b', '--wait', '--timeout=60s'], { timeoutMs: 70_000 });
      expect((await ask(world, 'west', 'twin-a', 'client', nameOf('web', 'twin-a'))).pod).toBe('server-of-twin-a');
      await world.kubectl('hub', ['delete', 'slice', 'twin-a', '--wait', '--timeout=60s'], { timeoutMs: 70_000 });
      await removeNamespaces(world, ['east', 'west'], twins);
    });
  });
};
