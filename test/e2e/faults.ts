import { describe, expect, test } from 'vitest';
import { untilAnswer } from './answers.ts';
import { ensure, until } from './until.ts';
import { nameOf } from './workloads.ts';
import { conditionOf, type World } from './world.ts';

const host = nameOf('backend-service', 'app-ns');

/** The network between two sites breaks and heals; the slice says so, in time, and names the pair. */
export const faultsTopic = (world: World): void => {
  const fault = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await world.kubeslice(['playground', 'fault', ...args, '--name', world.name]);
    ensure(code === 0, `fault ${args.join(' ')}: ${stderr}`);
  };
  const readiness = async () => conditionOf(await world.get('hub', 'slice', 'app-slice', 'default'), 'Ready');

  const importSays = (ready: object): Promise<unknown> =>
    until(
      `the ServiceImport says ${JSON.stringify(ready)}`,
      async () =>
        expect(
          conditionOf(await world.get('west', 'serviceimport.networking.kubeslice.io', 'backend-service', 'app-ns'), 'Ready'),
        ).toMatchObject(ready),
      { withinMs: 10_000 },
    );

  describe('a cut between east and west', () => {
    test('makes the slice not Ready within 10 s, and the message names the pair and the reason', async () => {
      expect(await readiness()).toMatchObject({ status: 'True' });
      await fault('cut', 'east', 'west');
      const { value, tookMs } = await until(
        'the slice is not Ready',
        async () => {
          const ready = await readiness();
          ensure(ready?.status === 'False', JSON.stringify(ready));
          return ready;
        },
        { withinMs: 10_000, everyMs: 100 },
      );
      console.log(`cut to not Ready: ${Math.round(tookMs)} ms`);
      expect(value.reason).toBe('LinkDown');
      expect(value.message).toMatch(/east\S*|west\S*/);
      expect(value.message).toContain('east');
      expect(value.message).toContain('west');
    });

    test('takes the endpoints of the other side out of answers and service, whose calls are refused at once; status says what is wrong', async () => {
      await until(
        'the cluster has no address',
        async () => {
          const short = await world.exec('west', 'app-ns', 'client', ['dig', '+short', '+tries=1', `east.${host}`]);
          ensure(short.trim() === '', `still ${short.trim()}`);
        },
        { withinMs: 10_000 },
      );
      const call = [
        'curl',
        '--silent',
        '--output',
        '/dev/null',
        '--max-time',
        '2',
        '--write-out',
        '%{exitcode} %{time_total}',
        `http://${host}`,
      ];
      const refused = await world.exec('west', 'app-ns', 'client', ['sh', '-c', `${call.map((word) => `'${word}'`).join(' ')} || true`]);
      // 7: the connection was refused.
      expect(refused).toMatch(/^7 0\.[0-4]/);
      await importSays({ status: 'False', reason: 'LinkDown' });
      const { code, stdout } = await world.kubeslice(['status', '--context', 'hub']);
      expect(code).not.toBe(0);
      expect(stdout).toContain('app-slice');
    });

    test('heals, and the slice is Ready within 20 s and answers', async () => {
      await fault('heal');
      const { tookMs } = await until('the slice is Ready', async () => ensure((await readiness())?.status === 'True', 'not Ready'), {
        withinMs: 20_000,
        everyMs: 100,
      });
      console.log(`heal to Ready: ${Math.round(tookMs)} ms`);
      const events = await world.kubectl('hub', [
        'get',
        'events',
        '--field-selector',
        'involvedObject.kind=Slice,involvedObject.name=app-slice',
      ]);
      expect(events).toMatch(/Warning\s+LinkDown/);
      expect(events).toMatch(/Normal\s+Ready/);
      await importSays({ status: 'True', reason: 'Imported' });
      await untilAnswer({ world, from: 'west', ns: 'app-ns', host, withinMs: 10_000 });
    });
  });
};
