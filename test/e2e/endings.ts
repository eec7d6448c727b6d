import { describe, test } from 'vitest';
import { untilAnswer } from './answers.ts';
import { removeNamespaces, start } from './start.ts';
import { ensure, until } from './until.ts';
import { members, onEachNode } from './watchers.ts';
import { client, nameOf, server, service, serviceExport, slice } from './workloads.ts';
import type { World } from './world.ts';

type Step = (world: World, name: string) => Promise<unknown>;

const remove = async (world: World, context: string, ...what: readonly string[]): Promise<void> => {
  await world.kubectl(context, ['delete', ...what, '--ignore-not-found', '--wait', '--timeout=60s'], { timeoutMs: 70_000 });
};

// Slice and namespace have the same name, so that the endings can happen side by side.
const dropSlice: Step = (world, name) => remove(world, 'hub', 'slice', name);
const dropExport: Step = (world, name) => remove(world, 'east', 'serviceexport.networking.kubeslice.io', 'web', '--namespace', name);
const dropService: Step = (world, name) => remove(world, 'east', 'service', 'web', '--namespace', name);
const dropServer: Step = (world, name) => remove(world, 'east', 'pod', 'web', '--namespace', name);
const dropEast: Step = (world, name) => remove(world, 'east', 'namespace', name);
const dropWest: Step = (world, name) => remove(world, 'west', 'namespace', name);
const dropAll: Step = (world, name) => Promise.all([dropEast, dropSlice, dropWest].map((step) => step(world, name)));

const orders: readonly { readonly title: string; readonly name: string; readonly subnet: string; readonly steps: readonly Step[] }[] = [
  {
    title: 'the slice first, the rest after it',
    name: 'ending-a',
    subnet: '10.61.0.0/16',
    steps: [dropSlice, dropExport, dropService, dropServer, dropEast, dropWest],
  },
  { title: 'the namespaces first, the slice last', name: 'ending-b', subnet: '10.62.0.0/16', steps: [dropEast, dropWest, dropSlice] },
  {
    title: 'from the inside out',
    name: 'ending-c',
    subnet: '10.63.0.0/16',
    steps: [dropServer, dropService, dropExport, dropWest, dropSlice, dropEast],
  },
  { title: 'everything at once', name: 'ending-d', subnet: '10.64.0.0/16', steps: [dropAll] },
];

/** What of a slice is left, one line for each thing. */
export const remainsOf = async (world: World, sliceName: string): Promise<string[]> => {
  const select = ['--selector', `kubeslice.io/slice=${sliceName}`];
  const say = (where: string, kind: string) => async (): Promise<string[]> =>
    (await world.list(where, kind, ...select))
      // A membership that ended stays to say so.
      .filter(({ spec }) => kind !== 'membership' || spec?.ended === undefined)
      .map(({ metadata }) => `${where}: ${kind} ${metadata.namespace}/${metadata.name}`);
  const looks = [
    ...['membership', 'notice', 'namespace'].map((kind) => say('hub', kind)),
    ...members.flatMap((member) =>
      ['slicenode', 'slicepeer', 'serviceimport.networking.kubeslice.io', 'endpointslice'].map((kind) => say(member, kind)),
    ),
    ...members.map(
      (member) => async () =>
        (await onEachNode(world, member, ['ls', '/node/run/netns']))
          .flatMap((text) => text.split('\n'))
          .filter((each) => each === `ks-${sliceName}`)
          .map((each) => `${member}: network namespace ${each}`),
    ),
  ];
  return (await Promise.all(looks.map((look) => look()))).flat();
};

/** Things are deleted in any order while they run; nothing is left, and nothing hangs. */
export const endingsTopic = (world: World): void => {
  describe('an ending', () => {
    test.concurrent.each(orders)('$title: leaves nothing', async ({ name, subnet, steps }) => {
      await world.apply('hub', slice(name, subnet, [name]));
      await Promise.all([
        start(world, 'east', name, server('web', name, 'east', [80]), service('web', name, 'web', [80]), serviceExport('web', name, name)),
        start(world, 'west', name, client('client', name)),
      ]);
      await untilAnswer({ world, from: 'west', ns: name, host: nameOf('web', name), withinMs: 60_000 });
      for (const step of steps) await step(world, name);
      await removeNamespaces(world, members, [name]);
      await until(
        'nothing is left',
        async () => {
          const left = await remainsOf(world, name);
          ensure(left.length === 0, left.join(', '));
        },
        { withinMs: 20_000, everyMs: 500 },
      );
    });
  });
};
