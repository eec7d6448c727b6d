import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from './until.ts';
import { namespace } from './workloads.ts';
import type { World } from './world.ts';

const ns = 'team-of-people';
const reader = 'metrics-of-people';

interface Right {
  readonly who: string;
  readonly context: string;
  readonly verb: string;
  readonly what: string;
  readonly where: string;
  readonly allowed: boolean;
}
const right = (who: string, context: string, verb: string, what: string, where: string, allowed: boolean): Right => ({
  who,
  context,
  verb,
  what,
  where,
  allowed,
});

const system = 'kubeslice-system';
/** An application team has `edit` of Kubernetes in its namespace, a viewer `view`; a slice owner our role in the namespace of the project. */
const rights: readonly Right[] = [
  right('team', 'east', 'create', 'serviceexports.networking.kubeslice.io', ns, true),
  right('team', 'east', 'get', 'serviceimports.networking.kubeslice.io', ns, true),
  right('team', 'east', 'create', 'serviceexports.networking.kubeslice.io', 'app-ns', false),
  right('team', 'east', 'update', 'serviceimports.networking.kubeslice.io', ns, false),
  right('team', 'east', 'patch', 'slicenodes.networking.kubeslice.io', system, false),
  right('team', 'east', 'get', 'secrets', system, false),
  right('guest', 'east', 'list', 'serviceexports.networking.kubeslice.io', ns, true),
  right('guest', 'east', 'create', 'serviceexports.networking.kubeslice.io', ns, false),
  right('owner', 'hub', 'patch', 'slices.networking.kubeslice.io', 'default', true),
  right('owner', 'hub', 'list', 'clusters.controller.kubeslice.io', 'default', true),
  right('owner', 'hub', 'delete', 'clusters.controller.kubeslice.io', 'default', false),
  right('owner', 'hub', 'get', 'memberships.exchange.kubeslice.io', 'default', false),
  right('owner', 'hub', 'create', 'serviceaccounts/token', 'default', false),
];

/** People with the roles that they are given, and who reads metrics, from inside of a pod. */
export const peopleTopic = (world: World): void => {
  const can = async ({ who, context, verb, what, where }: Right): Promise<boolean> =>
    (await world.tryKubectl(context, ['auth', 'can-i', verb, what, '--namespace', where, '--as', who])).stdout.trim() === 'yes';

  describe('people', () => {
    beforeAll(async () => {
      await world.apply('east', namespace(ns));
      await world.kubectl('east', ['create', 'rolebinding', 'team', '--clusterrole=edit', '--user=team', '--namespace', ns]);
      await world.kubectl('east', ['create', 'rolebinding', 'guest', '--clusterrole=view', '--user=guest', '--namespace', ns]);
      for (const role of ['view', 'edit'])
        await world.kubectl('hub', [
          'create',
          'rolebinding',
          `owner-${role}`,
          `--clusterrole=kubeslice-hub-${role}`,
          '--user=owner',
          '--namespace',
          'default',
        ]);
      await world.kubectl('west', ['create', 'serviceaccount', reader, '--namespace', 'default']);
      await world.kubectl('west', [
        'create',
        'clusterrolebinding',
        reader,
        '--clusterrole=kubeslice-member-metrics-reader',
        `--serviceaccount=default:${reader}`,
      ]);
    });
    afterAll(async () => {
      await world.tryKubectl('east', ['delete', 'namespace', ns, '--wait=false']);
      await world.tryKubectl('hub', ['delete', 'rolebinding', 'owner-view', 'owner-edit', '--namespace', 'default']);
      await world.tryKubectl('west', ['delete', 'clusterrolebinding', reader]);
      await world.tryKubectl('west', ['delete', 'serviceaccount', reader, '--namespace', 'default']);
    });

    test('may do what their roles say, added to view and edit by Kubernetes itself', async () => {
      await until(
        'roles in force',
        async () => {
          const found = await Promise.all(rights.map(async (one) => ({ ...one, allowed: await can(one) })));
          expect(found).toEqual(rights);
        },
        { withinMs: 20_000 },
      );
    });

    test('read metrics of every program from inside of the cluster, and only with a token of an account that may', async () => {
      const token = async (account: string): Promise<string> =>
        (await world.kubectl('west', ['create', 'token', account, '--namespace', 'default'])).trim();
      const [good, weak] = [await token(reader), await token('default')];
      const pods = await world.list('west', 'pod', '--namespace', system, '--selector', 'app.kubernetes.io/name=kubeslice');
      const scrape = async (address: string, header: readonly string[]): Promise<string> =>
        world.exec('west', 'app-ns', 'client', [
          'curl',
          '-sk',
          '--max-time',
          '5',
          '-w',
          '\nstatus %{http_code}',
          ...header,
          `https://${address}:9812/metrics`,
        ]);
      const seen = new Set<string>();
      for (const { metadata, status } of pods.filter(({ status }) => status?.phase === 'Running')) {
        const address = String(status?.podIP);
        expect(await scrape(address, []), metadata.name).toMatch(/status 401$/);
        expect(await scrape(address, ['-H', `Authorization: Bearer ${weak}`])).toMatch(/status 403$/);
        const text = await scrape(address, ['-H', `Authorization: Bearer ${good}`]);
        expect(text).toMatch(/status 200$/);
        seen.add(/kubeslice_build_info\{program="(\w+)"/.exec(text)?.[1] ?? '');
        if (text.includes('program="dns"')) expect(text).not.toMatch(/kubeslice_(kernel|node|reconcile|leading|slice|member)/);
      }
      expect([...seen].toSorted()).toEqual(['agent', 'dns', 'worker']);
    });
  });
};
