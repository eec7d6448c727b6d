import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, untilAnswer } from './answers.ts';
import { ready, start } from './start.ts';
import { ensure, until } from './until.ts';
import { nameOf, server, service, serviceExport } from './workloads.ts';
import { conditionOf, type World } from './world.ts';

const ns = 'app-ns';
const host = nameOf('backend-service', ns);
/** How much longer than with the hub a change may take without it, in milliseconds. */
const allowanceMs = 1_000;

/** The hub is off, services change in one cluster, and the other follows by what the members tell each other through the tunnels. */
export const withoutHubTopic = (world: World): void => {
  const scale = (replicas: number): Promise<string> =>
    world.kubectl('east', ['scale', 'deployment/backend', '--namespace', ns, `--replicas=${replicas}`]);

  /** Addresses of the endpoints that east offers, as the DNS of west gives them. */
  const addresses = async (name = `east.${host}`): Promise<string[]> =>
    (await world.exec('west', ns, 'client', ['dig', '+short', '+tries=1', '+time=1', name]))
      .split('\n')
      .filter((line) => line.trim() !== '')
      .toSorted();

  /** Slice addresses of the pods of the Deployment that are Ready in east and do not end. */
  const readyInEast = async (): Promise<string[]> => {
    const pods = await world.list('east', 'pod', '--namespace', ns, '--selector', 'app=backend');
    const uids = new Set(pods.filter((pod) => isReady(pod)).map(({ metadata }) => metadata.uid ?? ''));
    const nodes = await world.list('east', 'slicenode', '--selector', 'kubeslice.io/slice=app-slice');
    return nodes
      .flatMap(({ status }) => Object.entries((status?.pods ?? {}) as Record<string, { address: string }>))
      .flatMap(([uid, { address }]) => (uids.has(uid) ? [address] : []))
      .toSorted();
  };

  const noneLeft = (): Promise<{ tookMs: number }> =>
    until('no address is left in west', async () => ensure((await addresses()).length === 0, (await addresses()).join()), {
      withinMs: 10_000,
      everyMs: 20,
    });
  const agree = (count: number): Promise<{ tookMs: number }> =>
    until(
      `west has the ${count} of east`,
      async () => {
        const [east, west] = [await readyInEast(), await addresses()];
        ensure(east.length === count && east.join() === west.join(), `${west.join()} instead of ${east.join()}`);
      },
      { withinMs: 60_000, everyMs: 20 },
    );

  /** Milliseconds from the command that scales to zero until west has no address: the middle one of three times, for the machine is busy. */
  const scaleToZero = async (): Promise<number> => {
    const times: number[] = [];
    while (times.length < 3) {
      await scale(1);
      await agree(1);
      await scale(0);
      times.push((await noneLeft()).tookMs);
    }
    return times.toSorted((a, b) => a - b)[1] ?? Number.NaN;
  };

  describe('without the hub', () => {
    let withHub = 0;

    beforeAll(async () => {
      await start(
        world,
        'east',
        ns,
        server('moody', ns, 'east', [80], {
          exec: { command: ['sh', '-c', 'test ! -e /tmp/moody'] },
          periodSeconds: 1,
          failureThreshold: 1,
        }),
        service('moody', ns, 'moody', [80]),
        serviceExport('moody', ns, 'app-slice'),
      );
      await untilAnswer({ world, from: 'west', ns, host: nameOf('moody', ns), withinMs: 20_000 });
      withHub = await scaleToZero();
      await scale(2);
      await agree(2);
      const { code, stderr } = await world.kubeslice(['playground', 'fault', 'kill', 'cluster', 'hub', '--name', world.name]);
      ensure(code === 0, `fault kill cluster hub: ${stderr}`);
    }, 200_000);

    afterAll(async () => {
      await scale(1);
      await world.kubectl('east', [
        'delete',
        'serviceexport.networking.kubeslice.io/moody',
        'service/moody',
        'pod/moody',
        '--namespace',
        ns,
        '--wait=false',
      ]);
      const { code, stderr } = await world.kubeslice(['playground', 'fault', 'heal', '--name', world.name], { timeoutMs: 120_000 });
      ensure(code === 0, `fault heal: ${stderr}`);
      await until('the API server of the hub answers', () => world.kubectl('hub', ['get', '--raw', '/readyz'], { timeoutMs: 5_000 }), {
        withinMs: 60_000,
      });
      await ready(world, 'hub', 'kubeslice-controller');
      await agree(1);
    }, 240_000);

    test('a rolling update in east is followed in west, and somebody answers all the time', async () => {
      const before = await readyInEast();
      await world.kubectl('east', ['rollout', 'restart', 'deployment/backend', '--namespace', ns]);
      const over = new AbortController();
      const rolling = world
        .kubectl('east', ['rollout', 'status', 'deployment/backend', '--namespace', ns, '--timeout=90s'], { timeoutMs: 100_000 })
        .finally(() => over.abort());
      let answers = 0;
      while (!over.signal.aborted) {
        // The pods quit at once, so that a connection may be refused until west knows of their end.
        const { value } = await untilAnswer({ world, from: 'west', ns, host, withinMs: 2_000 });
        expect(value).toMatchObject({ cluster: 'east' });
        answers += 1;
      }
      await rolling;
      await agree(2);
      const after = await readyInEast();
      expect(after.filter((address) => before.includes(address))).toEqual([]);
      console.log(`rolling update without the hub: ${answers} answers, each within two seconds`);
    });

    test('a scale to zero in east is known in west as soon as with the hub', async () => {
      const withoutHub = await scaleToZero();
      console.log(`scaled to zero to no address elsewhere: with the hub ${Math.round(withHub)} ms, without ${Math.round(withoutHub)} ms`);
      expect(withoutHub).toBeLessThan(withHub + allowanceMs);
    });

    test('a pod that is no longer Ready in east has no address in west, until it is Ready again', async () => {
      const has = async (count: number) =>
        ensure((await addresses(`east.${nameOf('moody', ns)}`)).length === count, (await addresses(`east.${nameOf('moody', ns)}`)).join());
      await world.exec('east', ns, 'moody', ['touch', '/tmp/moody']);
      // The kubelet looks once a second.
      const { tookMs } = await until('no address', () => has(0), { withinMs: 5_000, everyMs: 20 });
      await world.exec('east', ns, 'moody', ['rm', '/tmp/moody']);
      await until('its address', () => has(1), { withinMs: 5_000, everyMs: 20 });
      console.log(`not Ready to no address elsewhere, without the hub: ${Math.round(tookMs)} ms`);
    });

    test('a pod that comes back in east answers in west', async () => {
      await scale(1);
      await agree(1);
      expect(await ask(world, 'west', ns, 'client', host)).toMatchObject({ cluster: 'east' });
    });

    test('the slice of each member says that the hub is away', async () => {
      for (const member of ['east', 'west']) {
        await until(
          `${member} says so`,
          async () => {
            const slice = await world.get(member, 'slice', 'app-slice', 'kubeslice-system');
            expect(conditionOf(slice, 'HubReachable')).toMatchObject({ status: 'False', reason: 'HubAway' });
          },
          { withinMs: 20_000 },
        );
      }
    });
  });
};

const isReady = ({ metadata, status }: { readonly metadata: { readonly deletionTimestamp?: string }; readonly status?: any }): boolean => {
  const conditions: readonly { type: string; status: string }[] = status?.conditions ?? [];
  return metadata.deletionTimestamp === undefined && conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
};
