import { ready } from '../start.ts';
import { ensure, until } from '../until.ts';
import { conditionOf, type World } from '../world.ts';

/** Makes a fault of the playground, or heals all. */
export const fault = async (world: World, ...words: readonly string[]): Promise<void> => {
  const { code, stderr } = await world.kubeslice(['playground', 'fault', ...words, '--name', world.name], { timeoutMs: 200_000 });
  ensure(code === 0, `fault ${words.join(' ')}: ${stderr}`);
};

const says = (world: World, status: 'True' | 'False', members: readonly string[]): Promise<unknown> =>
  Promise.all(
    members.map((member) =>
      until(
        `${member} says HubReachable ${status}`,
        async () => {
          const slice = await world.get(member, 'slice', 'app-slice', 'kubeslice-system');
          const condition = conditionOf(slice, 'HubReachable');
          // A slice that was never without its hub says nothing about it.
          ensure((condition?.status ?? 'True') === status, JSON.stringify(condition));
        },
        { withinMs: 120_000, everyMs: 500 },
      ),
    ),
  );

/** Cuts the power of the whole hub, and waits until the members read one another's notices. */
export const hubOff = async (world: World, members: readonly string[] = ['east', 'west']): Promise<void> => {
  await fault(world, 'kill', 'cluster', 'hub');
  await says(world, 'False', members);
};

/** Gives the hub its power back, and waits until everybody reaches it again. */
export const hubOn = async (world: World, members: readonly string[] = ['east', 'west']): Promise<void> => {
  await fault(world, 'heal');
  await until('the API server of the hub answers', () => world.kubectl('hub', ['get', '--raw', '/readyz'], { timeoutMs: 5_000 }), {
    withinMs: 120_000,
  });
  await ready(world, 'hub', 'kubeslice-controller');
  await says(world, 'True', members);
};
