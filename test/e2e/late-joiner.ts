import { describe, expect, test } from 'vitest';
import { sliceAddress, start } from './start.ts';
import { ensure, until } from './until.ts';
import { ask, client, nameOf } from './workloads.ts';
import { hasCondition, type World } from './world.ts';

const ns = 'app-ns';

/** A third member joins when the slice and its exports have long been there, uses them, and leaves again. */
export const lateJoinerTopic = (world: World): void => {
  describe('a member that joins late', () => {
    test('is in the slice and reaches what is exported', async () => {
      const args = ['playground', 'up', '--name', world.name, '--clusters', 'north', '--nodes', '1'];
      const { code, stderr } = await world.kubeslice(args, { timeoutMs: 170_000 });
      ensure(code === 0, `playground up: ${stderr.slice(-1_000)}`);
      await start(world, 'north', ns, client('client', ns));
      const host = nameOf('backend-service', ns);
      const { value } = await until('an answer', () => ask(world, 'north', ns, 'client', host), { withinMs: 30_000 });
      expect(value).toMatchObject({ cluster: 'east', client: await sliceAddress(world, 'north', ns, 'client') });
      await until(
        'the slice is Ready with three members',
        async () => {
          const slice = await world.get('hub', 'slice', 'app-slice', 'default');
          ensure(hasCondition(slice, 'Ready', 'True') && slice.status.readyClusters === '3/3', JSON.stringify(slice.status));
        },
        { withinMs: 20_000 },
      );
    });

    test('leaves, and the others go on', async () => {
      const { code, stderr } = await world.kubeslice(['leave', 'north', '--hub-context', 'hub', '--context', 'north'], {
        timeoutMs: 120_000,
      });
      ensure(code === 0, `leave: ${stderr}`);
      expect(await ask(world, 'west', ns, 'client', nameOf('backend-service', ns))).toMatchObject({ cluster: 'east' });
      await until(
        'the slice is Ready with two members',
        async () => {
          const slice = await world.get('hub', 'slice', 'app-slice', 'default');
          ensure(hasCondition(slice, 'Ready', 'True') && slice.status.readyClusters === '2/2', JSON.stringify(slice.status));
        },
        { withinMs: 20_000 },
      );
    });
  });
};
