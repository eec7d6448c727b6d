import { describe, expect, test } from 'vitest';
import { ask, untilAnswer } from './answers.ts';
import { sliceAddress, start } from './start.ts';
import { ensure, until } from './until.ts';
import { client, nameOf } from './workloads.ts';
import { hasCondition, type World } from './world.ts';

const ns = 'app-ns';

/** A third member joins when the slice and its exports have long been there, uses them, and leaves again. */
export const lateJoinerTopic = (world: World): void => {
  const run = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await world.kubeslice(args, { timeoutMs: 170_000 });
    ensure(code === 0, `${args.slice(0, 2).join(' ')}: ${stderr.slice(-1_000)}`);
    return stdout;
  };
  const readyWith = (clusters: string): Promise<unknown> =>
    until(
      `the slice is Ready with ${clusters}`,
      async () => {
        const slice = await world.get('hub', 'slice', 'app-slice', 'default');
        ensure(hasCondition(slice, 'Ready', 'True') && slice.status.readyClusters === clusters, JSON.stringify(slice.status));
      },
      { withinMs: 20_000 },
    );

  describe('a member that joins late', () => {
    test('is in the slice and reaches what is exported', async () => {
      await run(['playground', 'up', '--name', world.name, '--clusters', 'north', '--nodes', '1']);
      await start(world, 'north', ns, client('client', ns));
      const host = nameOf('backend-service', ns);
      const { value } = await untilAnswer({ world, from: 'north', ns, host, withinMs: 30_000 });
      expect(value).toMatchObject({ cluster: 'east', client: await sliceAddress(world, 'north', ns, 'client') });
      await readyWith('3/3');
    });

    test('leaves, and the others go on', async () => {
      await run(['leave', 'north', '--hub-context', 'hub', '--context', 'north']);
      expect(await ask(world, 'west', ns, 'client', nameOf('backend-service', ns))).toMatchObject({ cluster: 'east' });
      await readyWith('2/2');
    });

    test('joins again by a token, once its new authority is allowed', async () => {
      const token = (await run(['token', 'create', 'north', '--context', 'hub'])).trim().split(/\s+/).at(-1) ?? '';
      for (const other of ['east', 'west']) await run(['trust', 'forget', 'north', '--context', other]);
      await run(['join', 'north', '--token', token, '--context', 'north']);
      await readyWith('3/3');
      const host = nameOf('backend-service', ns);
      const { value } = await untilAnswer({ world, from: 'north', ns, host, withinMs: 30_000 });
      expect(value).toMatchObject({ cluster: 'east' });
      const again = await world.kubeslice(['join', 'north', '--token', token, '--context', 'west']);
      expect(again.code).not.toBe(0);
    });

    test('is gone from the slice when its Cluster is deleted, and leaves without the hub', async () => {
      const remove = (): ReturnType<World['tryKubectl']> =>
        world.tryKubectl('hub', ['delete', 'cluster', 'north', '--wait', '--timeout=60s'], { timeoutMs: 70_000 });
      const refused = await remove();
      expect(refused.stderr).toMatch(/"north" is connected.*annotate cluster north kubeslice.io\/confirm-deletion=true/);
      await world.kubectl('hub', ['annotate', 'cluster', 'north', 'kubeslice.io/confirm-deletion=true']);
      expect(await remove()).toMatchObject({ code: 0 });
      await readyWith('2/2');
      expect(await ask(world, 'west', ns, 'client', nameOf('backend-service', ns))).toMatchObject({ cluster: 'east' });
      await run(['leave', 'north', '--context', 'north']);
      expect(await world.list('north', 'namespace', '--field-selector', 'metadata.name=kubeslice-system')).toEqual([]);
    });
  });
};
