import { get } from 'node:https';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { noticeKind } from '../../src/api/kinds.ts';
import { clusterLabel, managedBy, managedByLabel, sliceLabel, statementLabel, weightLabel } from '../../src/api/labels.ts';
import { maxStatementBytes } from '../../src/api/notice/schema.ts';
import { maxNotices, type Notice, noticeSlotName } from '../../src/api/notice/type.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import { realPrograms } from '../../src/kubernetes/fixtures/real-api.ts';
import type { RoleBinding } from '../../src/kubernetes/kinds.ts';
import { noticeObject } from '../../src/plan/board/notice-object.ts';
import { priorityLevelConfigurationKind } from '../../src/values/builtin/flow-control.ts';
import { type HubApi, startHubApi } from './hub-api.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: what a member may put on a board, on a real API server: ${programs}`);

const board = 'kubeslice-exchange-1';
const call = { signal: AbortSignal.timeout(110_000) };
const ownLabels = { [clusterLabel]: 'east', [sliceLabel]: 'a', [statementLabel]: 'export', [managedByLabel]: managedBy };

/** A notice of east as it should be, with one thing changed. */
const notice = (name: string, meta: object = {}, spec: object = {}): Notice => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Notice',
  metadata: { name, namespace: board, labels: ownLabels, ...meta },
  spec: { cluster: 'east', kind: 'Export', subject: 'app/web', statement: '{}', signature: 's', ...spec },
});

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('F3, F9: what a member may put on a board', () => {
  let hub: HubApi;
  let admin: Client;
  let east: Client;

  beforeAll(async () => {
    hub = await startHubApi(['east'], call);
    admin = hub.admin;
    await hub.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: board } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'all', namespace: board },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'kubeslice-worker-east', namespace: 'default' }],
      } as RoleBinding,
    ]);
    east = await hub.as('kubeslice-worker-east');
    // Policies take effect a moment after they are written.
    const probe = (): Promise<unknown> => east.create(noticeKind, notice('west.1'), { ...call, dryRun: true });
    await vi.waitFor(() => expect(probe()).rejects.toThrow('may write only its own notices'), { timeout: 20_000 });
  });

  afterAll(() => hub?.stop());

  const make = (object: Notice): Promise<unknown> => east.create(noticeKind, object, { ...call, dryRun: true });

  it('is its own numbered notices', async () => {
    await make(notice(noticeSlotName('east', 0)));
    await make(notice(noticeSlotName('east', maxNotices - 1)));
    for (const name of [
      `east.${maxNotices}`,
      'east.00',
      'east.01',
      'east.-1',
      'east.9999',
      'east.node.n',
      'east.1.2',
      'east.12345',
      'east.',
    ])
      await expect(make(notice(name)), name).rejects.toMatchObject({ code: expect.stringMatching(/Forbidden|InvalidInput/) });
    expect(() => noticeSlotName('east', maxNotices)).toThrow(RangeError);
  });

  it('has a size', async () => {
    await make(notice('east.1', {}, { statement: 'x'.repeat(maxStatementBytes) }));
    await expect(make(notice('east.1', {}, { statement: 'x'.repeat(maxStatementBytes + 1) }))).rejects.toMatchObject({
      code: 'InvalidInput',
    });
    // Characters are not bytes.
    await expect(make(notice('east.1', {}, { statement: '€'.repeat(maxStatementBytes / 2) }))).rejects.toThrow(
      'bytes, together with the farewells',
    );
  });

  it('has that size together with the farewells that it carries', async () => {
    const farewells = (count: number) => Array.from({ length: count }, () => ({ statement: 'x'.repeat(1_000), signature: 's' }));
    const statement = 'x'.repeat(maxStatementBytes - 8_000);
    await make(notice('east.1', {}, { statement, farewells: farewells(8) }));
    await expect(make(notice('east.1', {}, { statement: `${statement}x`, farewells: farewells(8) }))).rejects.toThrow(
      'bytes, together with the farewells',
    );
    await expect(make(notice('east.1', {}, { farewells: farewells(9) }))).rejects.toMatchObject({ code: 'InvalidInput' });
    await expect(make(notice('east.1', {}, { farewells: [{ statement: 'x'.repeat(2_049), signature: 's' }] }))).rejects.toMatchObject({
      code: 'InvalidInput',
    });
  });

  it('says how much it weighs, and not less than it does', async () => {
    const weighing = (weight: string, length: number, farewells: readonly object[] = []): Notice =>
      notice(
        'east.1',
        { labels: { ...ownLabels, [weightLabel]: weight } },
        { statement: 'x'.repeat(length), ...(farewells[0] && { farewells }) },
      );
    for (const [weight, length] of [
      ['1', 4_095],
      ['2', 4_096],
      ['9', maxStatementBytes],
      ['9', 2],
    ] as const)
      await make(weighing(weight, length));
    for (const [weight, length] of [
      ['1', 4_096],
      ['8', maxStatementBytes],
      ['0', 2],
      ['x', 2],
      ['', 4_096],
      ['10', 2],
    ] as const)
      await expect(make(weighing(weight, length)), `${weight} for ${length}`).rejects.toMatchObject({ code: 'Forbidden' });
    const farewells = Array.from({ length: 4 }, () => ({ statement: 'x'.repeat(1_024), signature: 's' }));
    await make(weighing('2', 2, farewells));
    await expect(make(weighing('1', 2, farewells))).rejects.toMatchObject({ code: 'Forbidden' });
    const written = noticeObject('a', { name: 'east.1', namespace: board }, { ...notice('east.1').spec, statement: 'x'.repeat(9_000) });
    expect(written.metadata.labels?.[weightLabel]).toBe('3');
    await make(written);
  });

  it('cannot be hidden or held', async () => {
    for (const [what, meta] of Object.entries({
      'no labels': { labels: {} },
      'no cluster': { labels: { ...ownLabels, [clusterLabel]: undefined } },
      'another cluster': { labels: { ...ownLabels, [clusterLabel]: 'west' } },
      'another kind': { labels: { ...ownLabels, [statementLabel]: 'links' } },
      'one label more': { labels: { ...ownLabels, more: 'x' } },
      'a finalizer': { finalizers: ['example.org/mine'] },
      'an owner': { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }] },
      'an annotation': { annotations: { note: 'x'.repeat(1000) } },
    }))
      await expect(make(notice('east.1', meta)), what).rejects.toMatchObject({ code: 'Forbidden' });
    await east.create(noticeKind, notice('east.2'), call);
    const target = { name: 'east.2', namespace: board };
    const patch = (body: object): Promise<unknown> => east.mergePatch(noticeKind, target, body, call);
    await patch({ spec: { statement: '{"a":1}' } });
    for (const metadata of [{ finalizers: ['example.org/mine'] }, { labels: { [clusterLabel]: null } }, { annotations: { a: 'b' } }])
      await expect(patch({ metadata })).rejects.toMatchObject({ code: 'Forbidden' });
    await expect(patch({ spec: { cluster: 'west' } })).rejects.toMatchObject({ code: 'Forbidden' });
    await east.delete(noticeKind, target, call);
  });

  it('has a bounded list of writers', async () => {
    await east.create(noticeKind, notice('east.3'), call);
    const writeAs = (fieldManager: string): Promise<unknown> => east.apply(noticeKind, notice('east.3'), { ...call, fieldManager });
    const writers = async (): Promise<void> => {
      for (let count = 0; count < 20; count++) await writeAs(`manager-${count}`);
    };
    await expect(writers()).rejects.toThrow('field managers');
  });

  describe('is served at a level', () => {
    const levels = new Map<string, string>();
    beforeAll(async () => {
      for (const { metadata } of (await admin.list(priorityLevelConfigurationKind, call)).items)
        levels.set(metadata.uid ?? '', metadata.name);
    });

    /** Name of the level at which the API server served a request, as it says itself. */
    const servedBy = async (token: string, path: string): Promise<string | undefined> => {
      const { server, ca } = hub.api.connection;
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      get(`${server}${path}`, { ca, headers: { authorization: `Bearer ${token}` } }, (response) => {
        response.resume();
        resolve(String(response.headers['x-kubernetes-pf-prioritylevel-uid']));
      }).on('error', reject);
      return levels.get(await promise);
    };
    const exchange = '/apis/exchange.kubeslice.io/v1alpha1';

    it.each([
      ['notices', 'default', 'kubeslice-worker-east', `${exchange}/namespaces/${board}/notices`, 'kubeslice-members'],
      ['memberships', 'default', 'kubeslice-worker-east', `${exchange}/namespaces/default/memberships`, 'kubeslice-members'],
      ['what it may not read', 'default', 'kubeslice-worker-east', '/api/v1/secrets', 'kubeslice-members'],
      ['no resource', 'default', 'kubeslice-worker-east', '/version', 'kubeslice-members'],
      ['notices', 'kubeslice-controller', 'kubeslice-controller', `${exchange}/notices`, 'kubeslice-controller'],
    ])('of its own: %s for %s/%s', async (_, namespace, account, path, level) => {
      const token = await hub.tokenOf(namespace, account);
      await vi.waitFor(async () => expect(await servedBy(token, path)).toBe(level), { timeout: 20_000 });
    });
  });

  it('what it had before under other names it may still take off', async () => {
    await admin.create(noticeKind, notice('east.node.n', { labels: {} }), call);
    await east.delete(noticeKind, { name: 'east.node.n', namespace: board }, call);
  });
});
