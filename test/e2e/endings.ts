import { describe, test } from 'vitest';
import { removeNamespaces, start } from './start.ts';
import { members, onEachNode } from './surroundings.ts';
import { ensure, until } from './until.ts';
import { ask, client, nameOf, server, service, serviceExport, slice } from './workloads.ts';
import type { World } from './world.ts';

const ns = 'ending-ns';
const name = 'ending';

type Step = (world: World) => Promise<unknown>;

const remove =
  (context: string, kind: string, object: string, ...more: readonly string[]): Step =>
  (world) =>
    world.kubectl(context, ['delete', kind, object, ...more, '--ignore-not-found', '--wait', '--timeout=60s'], { timeoutMs: 70_000 });

const dropSlice = remove('hub', 'slice', name);
const dropExport = remove('east', 'serviceexport', 'web', '--namespace', ns);
const dropService = remove('east', 'service', 'web', '--namespace', ns);
const dropServer = remove('east', 'pod', 'web', '--namespace', ns);
const dropEast = remove('east', 'namespace', ns);
const dropWest = remove('west', 'namespace', ns);

const orders: readonly (readonly [title: string, steps: readonly Step[]])[] = [
  ['the slice first, the rest after it', [dropSlice, dropExport, dropService, dropServer, dropEast, dropWest]],
  ['the namespaces first, the slice last', [dropEast, dropWest, dropSlice]],
  ['from the inside out', [dropServer, dropService, dropExport, dropWest, dropSlice, dropEast]],
  ['everything at once', [(world) => Promise.all([dropEast, dropSlice, dropWest].map((step) => step(world)))]],
];

/** What of a slice is left, one line for each thing. */
export const remainsOf = async (world: World, sliceName: string): Promise<string[]> => {
  const select = ['--selector', `kubeslice.io/slice=${sliceName}`];
  const say = (where: string, kind: string) => async (): Promise<string[]> =>
    (await world.list(where, kind, ...select)).map(({ metadata }) => `${where}: ${kind} ${metadata.namespace}/${metadata.name}`);
  const looks = [
    ...['membership', 'notice', 'namespace'].map((kind) => say('hub', kind)),
    ...members.flatMap((member) => ['slicenode', 'slicepeer', 'serviceimport', 'endpointslice'].map((kind) => say(member, kind))),
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
    test.each(orders)('%s: leaves nothing', async (_, steps) => {
      await world.apply('hub', slice(name, '10.61.0.0/16', [ns]));
      await Promise.all([
        start(world, 'east', ns, server('web', ns, 'east', [80]), service('web', ns, 'web', [80]), serviceExport('web', ns, name)),
        start(world, 'west', ns, client('client', ns)),
      ]);
      await until('an answer', () => ask(world, 'west', ns, 'client', nameOf('web', ns)), { withinMs: 30_000 });
      for (const step of steps) await step(world);
      await removeNamespaces(world, members, [ns]);
      await until(
        'nothing is left',
        async () => {
          const left = await remainsOf(world, name);
          ensure(left.length === 0, left.join(', '));
        },
        { withinMs: 20_000 },
      );
    });
  });
};
