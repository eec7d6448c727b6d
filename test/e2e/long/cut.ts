import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { ready, scripts, sliceAddress, start } from '../start.ts';
import { ensure, until } from '../until.ts';
import { endpointNames, script, server, service, serviceExport } from '../workloads.ts';
import type { World } from '../world.ts';
import { type Calls, resetCalls, sumOf } from './caller.ts';
import { fault } from './hub-power.ts';

const ns = 'app-ns';
const name = 'parted';
/** After this long, a dead endpoint is in no answer. */
const detectionMs = 5_000;

const counted = async (world: World): Promise<Calls> => {
  const calls: Calls = JSON.parse(await world.exec('west', ns, 'caller', ['curl', '-s', '-m', '5', 'http://127.0.0.1:7003/']));
  return calls;
};

/** A cluster is cut off, and then everything happens on the observing side that makes it judge anew. */
export const cutTopic = (world: World): void => {
  const nodes = async (context: string): Promise<string[]> =>
    (await world.list(context, 'node')).map(({ metadata }) => metadata.name).toSorted();

  describe('a cluster that is cut off', () => {
    let dead: string[] = [];
    let living: string[] = [];

    /** A server on each of the first two nodes of a cluster. */
    const servers = async (context: string): Promise<string[]> => {
      const pods = (await nodes(context)).slice(0, 2).map((node, index) => {
        const pod = server(`${name}-${index}`, ns, context, [80]) as { metadata: { labels: object }; spec: object };
        return { ...pod, metadata: { ...pod.metadata, labels: { app: name } }, spec: { ...pod.spec, nodeName: node } };
      });
      await start(world, context, ns, scripts(ns), ...pods, service(name, ns, name, [80]), serviceExport(name, ns, 'app-slice'));
      return Promise.all([0, 1].map((index) => sliceAddress(world, context, ns, `${name}-${index}`)));
    };

    beforeAll(async () => {
      [dead, living] = await Promise.all([servers('east'), servers('west')]);
      const [first = ''] = await nodes('west');
      const caller = script('caller', ns, 'caller.mjs', { NAME: endpointNames(name, ns), RATE: '50' }) as { spec: object };
      await world.kubectl('west', ['delete', 'pod', 'caller', '--namespace', ns, '--ignore-not-found']);
      // Not on the node that is rebooted.
      await start(world, 'west', ns, { ...caller, spec: { ...caller.spec, nodeName: first } });
      await until(
        'the four addresses are answered',
        async () => ensure((await counted(world)).answers.at(-1)?.addresses.split(',').length === 4, 'not all'),
        { withinMs: 30_000 },
      );
    }, 300_000);

    const names = (addresses: string): boolean => dead.some((address) => addresses.split(',').includes(address));
    const endAgent = async (node: string, ...how: string[]): Promise<void> => {
      const chosen = ['--field-selector', `spec.nodeName=${node}`, '--selector', 'app.kubernetes.io/component=agent'];
      await world.kubectl('west', ['delete', 'pod', '--namespace', 'kubeslice-system', ...chosen, ...how]);
    };
    const allAnswered = () =>
      until(
        'the four addresses are answered',
        async () => {
          const answers = (await counted(world)).answers.at(-1)?.addresses ?? '';
          ensure(answers.split(',').length === 4, answers);
        },
        { withinMs: 60_000 },
      );

    // An agent leaves its votes behind, and the next one knows nothing yet.
    test.each([0, 1_500, 3_000])('is in no answer after 5 s when an agent of the observer ends %d ms after the cut', async (afterMs) => {
      await resetCalls(world, 'west', ns);
      const [first = ''] = await nodes('west');
      await fault(world, 'cut', 'east', 'west');
      await pause(afterMs);
      const endedAt = Date.now();
      await endAgent(first, '--wait=false');
      await pause(15_000);
      const calls = await counted(world);
      await fault(world, 'heal');
      await ready(world, 'west', 'kubeslice-system');
      const partedAt = Math.min(...calls.failures.flatMap(({ at, address }) => (dead.includes(address ?? '') ? [at] : [])));
      const last = calls.answers.findLast(({ addresses }) => names(addresses))?.until ?? partedAt;
      const [ended, withdrawn] = [endedAt, last].map((at) => Math.round(at - partedAt));
      console.log(`the agent was told to end ${ended} ms after the first lost call, the last dead answer came after ${withdrawn} ms`);
      await allAnswered();
      expect(last - partedAt).toBeLessThan(detectionMs);
      expect(calls.answers.filter(({ addresses }) => !addresses.split(',').includes(living[0] ?? ''))).toEqual([]);
    });

    test('is in no answer after 5 s, whatever happens to those who observe it; those who live are in all', async () => {
      await resetCalls(world, 'west', ns);
      const [first = '', second = ''] = await nodes('west');
      const before = (await nodes('west')).length;
      await fault(world, 'cut', 'east', 'west');
      const cutAt = Date.now();
      const steps: string[] = [];
      const step = (what: string): number => steps.push(`${Math.round(Date.now() - cutAt)} ms: ${what}`);
      await until('no dead endpoint', async () => ensure(!names((await counted(world)).answers.at(-1)?.addresses ?? ''), 'still'), {
        withinMs: 30_000,
      });
      step('cut, and noticed');
      await endAgent(first);
      await ready(world, 'west', 'kubeslice-system');
      step(`the agent of ${first} is another one`);
      const added = await world.kubeslice(
        ['playground', 'up', '--name', world.name, '--clusters', 'west', '--nodes', String(before + 1), '--keep-faults'],
        { timeoutMs: 400_000 },
      );
      ensure(added.code === 0, `up: ${added.stderr}`);
      step('a node was added');
      await fault(world, 'kill', 'node', second, '--for', '5s');
      await until(
        `${second} serves again`,
        async () => {
          const answers = (await counted(world)).answers.at(-1)?.addresses ?? '';
          ensure(answers.split(',').length === 2, answers);
        },
        { withinMs: 180_000, everyMs: 500 },
      );
      step(`${second} was rebooted and serves again`);
      const calls = await counted(world);
      const over = Date.now();
      await fault(world, 'heal');
      console.log(steps.join('\n'));
      // The command that cuts takes its time; the first call that got lost came after the cut itself.
      const partedAt = Math.min(...calls.failures.flatMap(({ at, address }) => (dead.includes(address ?? '') ? [at] : [])));
      const last = calls.answers.findLast(({ addresses }) => names(addresses))?.until ?? partedAt;
      console.log(
        `the last answer with a dead endpoint came ${Math.round(last - partedAt)} ms after the first lost call; ${calls.calls} calls in ${Math.round((over - cutAt) / 1_000)} s: ${sumOf(calls)}`,
      );
      expect(partedAt).toBeLessThan(over);
      expect(last - partedAt).toBeLessThan(detectionMs);
      // The server on the first node never went away.
      expect(calls.answers.filter(({ addresses }) => !addresses.split(',').includes(living[0] ?? ''))).toEqual([]);
    });

    test('comes back whole when it is joined again', async () => {
      await allAnswered();
    });
  });
};
