import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, untilAnswer } from './answers.ts';
import { ready, sliceAddress } from './start.ts';
import { ensure, until } from './until.ts';
import { watching } from './watchers.ts';
import { nameOf } from './workloads.ts';
import { type AnyObject, hasCondition, type World } from './world.ts';

const ns = 'app-ns';
const host = nameOf('backend-service', ns);

interface Container {
  readonly containerID: string;
  readonly restartCount: number;
}

/** What must stay the same when a running pod is attached. */
const identityOf = (pod: AnyObject): unknown => {
  const containers: readonly Container[] = pod.status?.containerStatuses ?? [];
  return [pod.metadata.uid, containers.map(({ containerID, restartCount }) => ({ containerID, restartCount }))];
};

/** The example of the README, step by step, and what it promises beside the answer. It stays for the topics that follow. */
export const exampleTopic = (world: World): void => {
  const file = (name: string): string => join(world.project, 'examples/app-slice', name);
  const pods = async (): Promise<unknown[]> => {
    const [west, east] = await Promise.all([world.get('west', 'pod', 'client', ns), world.list('east', 'pod', '--namespace', ns)]);
    return [west, ...east].map(identityOf);
  };

  describe('the example', () => {
    const before: unknown[] = [];

    test('pods run before there is a slice', async () => {
      await Promise.all([
        world.kubectl('east', ['apply', '-f', file('backend.yaml')]),
        world.kubectl('west', ['apply', '-f', file('client.yaml')]),
      ]);
      await world.kubectl('east', ['rollout', 'status', 'deployment/backend', '--namespace', ns, '--timeout=60s'], { timeoutMs: 70_000 });
      await ready(world, 'west', ns);
      before.push(...(await pods()));
    });

    test('a Slice and a ServiceExport later the client has its answer', async () => {
      await Promise.all([
        world.kubectl('hub', ['apply', '-f', file('slice.yaml')]),
        world.kubectl('east', ['apply', '-f', file('export.yaml')]),
      ]);
      const { value, tookMs } = await untilAnswer({ world, from: 'west', ns, host, withinMs: 30_000 });
      console.log(`from apply to answer: ${Math.round(tookMs)} ms`);
      expect(value).toMatchObject({ cluster: 'east', pod: expect.stringMatching(/^backend-/) });
    });

    test('running pods were attached as they are: the same pods, the same containers, no restart', async () => {
      expect(await pods()).toEqual(before);
    });

    test("the server sees the client's own address in the slice", async () => {
      const own = await sliceAddress(world, 'west', ns, 'client');
      const answer = await ask(world, 'west', ns, 'client', host);
      expect(answer.client).toBe(own);
      expect(own).toMatch(/^10\.0\./);
      expect(answer.server).toMatch(/^10\.0\./);
      expect(await world.kubectl('east', ['logs', '--namespace', ns, 'deployment/backend'])).toContain(`${own}:`);
    });

    test('a text answer is what the README shows', async () => {
      const text = await world.exec('west', ns, 'client', ['curl', '-s', `http://${host}`]);
      expect(text).toMatch(/^pod backend-\S+ in cluster east answers 10\.0\.\d+\.\d+\n$/);
    });

    test('everything says that it is Ready', async () => {
      await until(
        'the slice is Ready',
        async () => {
          const slice = await world.get('hub', 'slice', 'app-slice', 'default');
          ensure(hasCondition(slice, 'Ready', 'True'), JSON.stringify(slice.status?.conditions));
        },
        { withinMs: 30_000 },
      );
      expect((await world.get('east', 'serviceexport.networking.kubeslice.io', 'backend-service', ns)).status).toMatchObject({
        exportStatus: 'READY',
        dnsName: host,
        availableEndpoints: 1,
      });
      expect((await world.get('west', 'serviceimport.networking.kubeslice.io', 'backend-service', ns)).status).toMatchObject({
        importStatus: 'READY',
        availableEndpoints: 1,
      });
      // A member's administrator sees the slice without access to the hub.
      for (const context of ['hub', 'west']) {
        const { code, stdout } = await world.kubeslice(['status', '--context', context]);
        expect(stdout).toContain('app-slice');
        expect(code).toBe(0);
        expect((await world.kubeslice(['services', '--context', context])).stdout).toMatch(/backend-service +east +\S+ +1\/1/);
        expect((await world.kubeslice(['problems', '--context', context])).stdout).toContain('No problems.');
      }
    });

    test('between the two pods there are nodes only', async () => {
      const { server } = await ask(world, 'west', ns, 'client', host);
      const lines = (await world.exec('west', ns, 'client', ['traceroute', '-n', '-q', '1', '-w', '1', '-m', '6', server]))
        .trim()
        .split('\n');
      const hops = lines.slice(1).map((line) => line.trim().split(/\s+/)[1]);
      const nodes = (await Promise.all(['east', 'west'].map((context) => world.list(context, 'slicenode')))).flat();
      const routers = nodes.map((node) => node.status?.router);
      expect(hops.at(-1)).toBe(server);
      expect(hops.slice(0, -1).every((hop) => routers.includes(hop) || hop === '*')).toBe(true);
      expect(hops.length).toBeLessThanOrEqual(3);
    });

    test('other names are answered as before, and an unknown one is said to be unknown', async () => {
      const dig = (name: string) => world.exec('west', ns, 'client', ['dig', '+noall', '+comments', '+answer', '+tries=1', name]);
      expect(await dig('kubernetes.default.svc.cluster.local')).toContain('10.96.0.1');
      expect(await dig(nameOf('nothing', ns))).toContain('NXDOMAIN');
      expect(await dig(host)).toContain('NOERROR');
      const { ips } = (await world.get('west', 'serviceimport.networking.kubeslice.io', 'backend-service', ns)).status as {
        ips: readonly string[];
      };
      expect(ips).toHaveLength(1);
      expect(await dig(host)).toMatch(new RegExp(`IN\\s+A\\s+${ips[0]}\n`));
      const { server } = await ask(world, 'west', ns, 'client', host);
      expect(await dig(`east.${host}`)).toContain(server);
    });

    test('what is in no slice has no way into one', async () => {
      const { server } = await ask(world, 'west', ns, 'client', host);
      const outside = await world.tryKubectl('east', [
        'exec',
        '--namespace',
        watching,
        'outside',
        '--',
        'curl',
        '-s',
        '-m',
        '2',
        `http://${server}`,
      ]);
      expect(outside.code).not.toBe(0);
    });
  });
};
