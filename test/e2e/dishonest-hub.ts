import { describe, expect, test } from 'vitest';
import { ask, untilAnswer } from './answers.ts';
import { ready } from './start.ts';
import { ensure, until } from './until.ts';
import { nameOf, server, service, serviceExport } from './workloads.ts';
import { type AnyObject, conditionOf, type World } from './world.ts';

const ns = 'app-ns';
const name = 'ghost';
const host = nameOf(name, ns);

interface NoticeSpec extends Record<string, unknown> {
  readonly statement: string;
  readonly signature: string;
}

/** Whoever rules the hub writes on the notice board what no member said; the members neither believe it nor leave it there. */
export const dishonestHubTopic = (world: World): void => {
  const notices = async (): Promise<(AnyObject & { spec: NoticeSpec })[]> =>
    (await world.list('hub', 'notice'))
      .filter(({ spec }) => spec?.subject === `${ns}/${name}`)
      .map((notice) => ({ ...notice, spec: notice.spec as unknown as NoticeSpec }));
  const notice = async () => {
    const [found] = await notices();
    ensure(found, 'no notice');
    return found;
  };
  const imported = async (): Promise<boolean> =>
    (await world.list('west', 'serviceimport.networking.kubeslice.io', '--namespace', ns)).some(({ metadata }) => metadata.name === name);
  const verified = async () => conditionOf(await world.get('west', 'slice', 'app-slice', 'kubeslice-system'), 'StatementsVerified');
  const scaleWorker = (replicas: number) =>
    world.kubectl('east', ['scale', 'deployment/kubeslice-worker', `--replicas=${replicas}`, '--namespace', 'kubeslice-system']);

  describe('a dishonest hub', () => {
    test('does not alter what a member said: the others go on as before, and it is said again', async () => {
      await world.apply('east', server(name, ns, 'east', [80]), service(name, ns, name, [80]), serviceExport(name, ns, 'app-slice'));
      await ready(world, 'east', ns);
      await untilAnswer({ world, from: 'west', ns, host, withinMs: 30_000 });
      const { metadata, spec } = await notice();
      const statement = spec.statement.replace(/"addresses":\["[\d.]+"\]/, '"addresses":["10.1.200.200"]');
      expect(statement).not.toBe(spec.statement);
      const patch = JSON.stringify({ spec: { statement } });
      await world.kubectl('hub', [
        'patch',
        'notice',
        metadata.name,
        '--namespace',
        metadata.namespace ?? '',
        '--type',
        'merge',
        '--patch',
        patch,
      ]);
      await until(
        'the notice as its author wrote it',
        async () => {
          expect((await notice()).spec.statement).not.toContain('10.1.200.200');
          expect(await ask(world, 'west', ns, 'client', host)).toMatchObject({ cluster: 'east' });
          expect((await verified())?.status ?? 'True').toBe('True');
        },
        { withinMs: 10_000 },
      );
    });

    test('does not bring back what a member withdrew: it is refused, and withdrawn again when its author is back', async () => {
      const { apiVersion, kind, metadata, spec } = await notice();
      const { labels, namespace } = metadata;
      await world.kubectl('east', ['delete', 'serviceexport.networking.kubeslice.io', name, '--namespace', ns, '--wait', '--timeout=30s']);
      await until('no import', async () => expect(await imported()).toBe(false), { withinMs: 10_000 });
      await scaleWorker(0);
      const workers = ['--namespace', 'kubeslice-system', '--selector', 'app.kubernetes.io/component=worker'];
      await until('no worker', async () => expect(await world.list('east', 'pod', ...workers)).toEqual([]), { withinMs: 40_000 });
      const replayed = { apiVersion, kind, metadata: { name: metadata.name, labels, namespace }, spec };
      await world.apply('hub', replayed);
      await until(
        'the refusal',
        async () =>
          expect(await verified()).toMatchObject({
            status: 'False',
            reason: 'StatementRefused',
            message: expect.stringContaining('has serial'),
          }),
        { withinMs: 10_000 },
      );
      expect(await imported()).toBe(false);
      await scaleWorker(1);
      await until(
        'a clean board',
        async () => {
          expect((await notices()).map(({ spec: now }) => now.statement)).toEqual([expect.stringContaining('"withdrawn":true')]);
          expect(await verified()).toMatchObject({ status: 'True' });
        },
        { withinMs: 40_000 },
      );
      await world.kubectl('east', ['delete', 'pod/ghost', 'service/ghost', '--namespace', ns, '--wait', '--timeout=30s']);
    });

    test('does not lay a slice over what a member has itself', async () => {
      const [own] = await world.list('hub', 'membership', '--selector', 'kubeslice.io/slice=app-slice,kubeslice.io/cluster=west');
      ensure(own, 'no membership');
      const { apiVersion, kind, metadata } = own;
      const labels = { ...metadata.labels, 'kubeslice.io/slice': 'evil' };
      const spec = { ...own.spec, slice: 'evil', sliceUID: 'evil', sliceSubnet: '10.96.0.0/16', blocks: ['10.96.0.0/24'] };
      await world.apply('hub', { apiVersion, kind, metadata: { name: 'evil.west', namespace: metadata.namespace, labels }, spec });
      await until(
        'the refusal',
        async () => {
          const condition = conditionOf(await world.get('west', 'slice', 'evil', 'kubeslice-system'), 'Accepted');
          expect(condition).toMatchObject({
            status: 'False',
            reason: 'SubnetOverlap',
            message: expect.stringContaining('service network'),
          });
        },
        { withinMs: 10_000 },
      );
      expect(await world.list('west', 'slicenode', '--selector', 'kubeslice.io/slice=evil')).toEqual([]);
      await world.kubectl('hub', ['delete', 'membership', 'evil.west', '--namespace', metadata.namespace ?? '', '--wait', '--timeout=30s']);
      await until(
        'no trace of it',
        async () => expect((await world.list('west', 'slice')).map(({ metadata: { name: each } }) => each)).toEqual(['app-slice']),
        { withinMs: 10_000 },
      );
    });
  });
};
