import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigMap, configMapKind } from '../values/builtin/config-map.ts';
import { namespaceKind } from '../values/builtin/namespace.ts';
import { serviceAccountKind, type TokenRequest } from '../values/builtin/service-account.ts';
import { type Deployment, deploymentKind } from '../values/builtin/workloads.ts';
import { Failure } from '../values/failure.ts';
import type { KubernetesObject } from '../values/object.ts';
import { metadataOf } from '../values/resource-kind.ts';
import { type Client, createClient, type WatchEvent } from './client.ts';
import type { Connection } from './credentials/connection.ts';
import { fixedToken } from './credentials/token-source.ts';

/** A server under test. `forget` makes the server drop the history before a version. */
export type Subject = { readonly connection: Connection; forget(version: string): Promise<void>; stop(): Promise<void> };

/** The kinds that the contract works with; a fake must serve them. */
export const contractKinds = [configMapKind, namespaceKind, serviceAccountKind, deploymentKind];

/** The common contract of our client and an API server. Both the fake and a real server run it, so that the fake stays true. */
export const apiContract = (name: string, start: () => Promise<Subject>): void => {
  describe(`API of ${name}`, () => {
    let subject: Subject;
    let client: Client;
    let namespace = '';
    let count = 0;
    const { signal } = new AbortController();

    beforeAll(async () => {
      subject = await start();
      client = createClient(subject.connection, { fieldManager: 'contract' });
    });
    afterAll(async () => {
      client.close();
      await subject.stop();
    });
    beforeEach(async () => {
      count += 1;
      namespace = `contract-${count}`;
      await client.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { signal });
    });

    const map = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels },
      data,
    });
    const create = (object: ConfigMap): Promise<ConfigMap> => client.create(configMapKind, object, { signal });
    const get = (name: string): Promise<ConfigMap> => client.get(configMapKind, { namespace, name }, { signal });
    const names = (objects: readonly KubernetesObject[]): string[] => objects.map(({ metadata }) => metadata.name);
    const failing = async (work: Promise<unknown>): Promise<Failure> => {
      const error: unknown = await work.then(
        () => new Error('it did not fail'),
        (thrown: unknown) => thrown,
      );
      if (!Failure.is(error)) throw error;
      return error;
    };

    it('creates, and reads back what was created', async () => {
      const made = await create(map('a', { x: '1' }, { app: 'web' }));
      expect(made).toMatchObject({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data: { x: '1' },
        metadata: { name: 'a', namespace, labels: { app: 'web' } },
      });
      expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(Number(made.metadata.resourceVersion)).toBeGreaterThan(0);
      expect(Date.parse(made.metadata.creationTimestamp ?? '')).toBeGreaterThan(0);
      expect(await get('a')).toEqual(made);
    });

    it('names what is wrong: AlreadyExists, NotFound, InvalidInput', async () => {
      await create(map('a'));
      const twice = await failing(create(map('a')));
      expect(twice).toMatchObject({ code: 'AlreadyExists', status: 409 });
      expect(twice.message).toContain(`refused to create ${namespace}/a in configmaps`);
      expect(await failing(get('b'))).toMatchObject({ code: 'NotFound', status: 404 });
      expect(await client.find(configMapKind, { namespace, name: 'b' }, { signal })).toBeUndefined();
      const mismatched = { ...map('c'), kind: 'Secret' };
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      expect(await failing(client.raw(path, { method: 'POST', body: mismatched, signal }))).toMatchObject({
        code: 'InvalidInput',
        status: 400,
      });
    });

    it('replaces only the version that was read', async () => {
      const first = await create(map('a', { x: '1' }));
      const second = await client.update(configMapKind, { ...first, data: { x: '2' } }, { signal });
      expect(second.metadata.uid).toBe(first.metadata.uid);
      expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
      expect(await failing(client.update(configMapKind, { ...first, data: { x: '3' } }, { signal }))).toMatchObject({
        code: 'Conflict',
        retry: 'conflict',
      });
      expect(await get('a')).toMatchObject({ data: { x: '2' } });
    });

    it('does not count a write that changes nothing', async () => {
      const first = await create(map('a', { x: '1' }));
      const again = await client.update(configMapKind, first, { signal });
      expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it('keeps spec and status apart', async () => {
      const pod = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
      const spec = { replicas: 1, selector: { matchLabels: { app: 'a' } }, template: pod };
      const made = await client.create<Deployment>(
        deploymentKind,
        { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace }, spec, status: { replicas: 7 } },
        { signal },
      );
      expect(made.status?.replicas).toBeUndefined();
      expect(made.metadata.generation).toBe(1);
      const target = { namespace, name: 'a' };
      const report = { spec: { replicas: 9 }, status: { replicas: 1 } };
      const reported = await client.mergePatch(deploymentKind, target, report, { subresource: 'status', signal });
      expect(reported).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 }, metadata: { generation: 1 } });
      const scaled = await client.update(
        deploymentKind,
        { ...reported, spec: { ...spec, replicas: 2 }, status: { replicas: 5 } },
        { signal },
      );
      expect(scaled).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 1 }, metadata: { generation: 2 } });
      const ready = { status: { readyReplicas: 1 } };
      const patched = await client.mergePatch(deploymentKind, target, ready, { subresource: 'status', signal });
      expect(patched).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 1, readyReplicas: 1 } });
    });

    it('patches by merge: null removes, a version is a precondition', async () => {
      const first = await create(map('a', { x: '1', y: '2' }, { keep: 'me' }));
      const target = { namespace, name: 'a' };
      const patched = await client.mergePatch(configMapKind, target, { data: { x: null, z: '3' } }, { signal });
      expect(patched).toMatchObject({ data: { y: '2', z: '3' }, metadata: { labels: { keep: 'me' } } });
      expect(patched.data).not.toHaveProperty('x');
      const old = { metadata: { resourceVersion: first.metadata.resourceVersion }, data: { y: '9' } };
      expect(await failing(client.mergePatch(configMapKind, target, old, { signal }))).toMatchObject({ code: 'Conflict' });
      expect(await failing(client.mergePatch(configMapKind, { namespace, name: 'none' }, {}, { signal }))).toMatchObject({
        code: 'NotFound',
      });
    });

    it('applies: creates, changes, leaves alone, removes', async () => {
      const apply = (data: Record<string, string>, fieldManager = 'one', force = true): Promise<ConfigMap> =>
        client.apply(
          configMapKind,
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace }, data },
          { fieldManager, force, signal },
        );
      const made = await apply({ x: '1', y: '1' });
      expect(made.data).toEqual({ x: '1', y: '1' });
      expect((await apply({ x: '1', y: '1' })).metadata.resourceVersion).toBe(made.metadata.resourceVersion);
      await apply({ z: '9' }, 'two');
      expect((await apply({ x: '2' })).data).toEqual({ x: '2', z: '9' });
      expect(await failing(apply({ x: '3' }, 'two', false))).toMatchObject({ code: 'Conflict' });
      expect((await apply({ x: '3' }, 'two')).data).toEqual({ x: '3' });
      const owned = (await get('a')).metadata.managedFields?.find(({ manager }) => manager === 'two');
      expect(owned).toMatchObject({ operation: 'Apply', fieldsV1: { 'f:data': { 'f:x': {} } } });
    });

    it('deletes, but only what was meant', async () => {
      const made = await create(map('a'));
      const target = { namespace, name: 'a' };
      expect(await failing(client.delete(configMapKind, target, { uid: '00000000-0000-4000-8000-000000000000', signal }))).toMatchObject({
        code: 'Conflict',
      });
      expect(await failing(client.delete(configMapKind, target, { resourceVersion: '1', signal }))).toMatchObject({ code: 'Conflict' });
      await client.delete(configMapKind, target, { uid: made.metadata.uid ?? '', propagation: 'Background', signal });
      expect(await failing(client.delete(configMapKind, target, { signal }))).toMatchObject({ code: 'NotFound' });
    });

    it('holds an object with finalizers until the last is gone', async () => {
      await create({ ...map('a'), metadata: { name: 'a', namespace, finalizers: ['kubeslice.io/test'] } });
      const target = { namespace, name: 'a' };
      await client.delete(configMapKind, target, { signal });
      const held = await get('a');
      expect(Date.parse(held.metadata.deletionTimestamp ?? '')).toBeGreaterThan(0);
      await client.mergePatch(configMapKind, target, { metadata: { finalizers: null } }, { signal });
      expect(await client.find(configMapKind, target, { signal })).toBeUndefined();
    });

    it('lists in pages and by selectors', async () => {
      for (const [index, tier] of ['front', 'front', 'back', 'back', 'none'].entries())
        await create(map(`m${index}`, {}, tier === 'none' ? {} : { tier, [`odd-${index % 2}`]: '' }));
      const select = async (labelSelector: string): Promise<string[]> =>
        names((await client.list(configMapKind, { namespace, labelSelector, pageSize: 2, signal })).items);
      const all = await client.list(configMapKind, { namespace, pageSize: 2, signal });
      expect(names(all.items)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
      expect(all.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
      expect(await select('tier=front')).toEqual(['m0', 'm1']);
      expect(await select('tier!=front')).toEqual(['m2', 'm3', 'm4']);
      expect(await select('tier in (front, back),odd-1')).toEqual(['m1', 'm3']);
      expect(await select('tier notin (front)')).toEqual(['m2', 'm3', 'm4']);
      expect(await select('!tier')).toEqual(['m4']);
      const byName = await client.list(configMapKind, { namespace, fieldSelector: 'metadata.name=m3', signal });
      expect(names(byName.items)).toEqual(['m3']);
      await client.deleteAll(configMapKind, { namespace, labelSelector: 'tier=back', signal });
      expect(names((await client.list(configMapKind, { namespace, signal })).items)).toEqual(['m0', 'm1', 'm4']);
    });

    it('watches from a version on, within a selection', async () => {
      await create(map('before', {}, { seen: 'yes' }));
      const { resourceVersion } = await client.list(configMapKind, { namespace, signal });
      const stop = new AbortController();
      const events: string[] = [];
      const made = await create(map('a', {}, { seen: 'yes' }));
      const watching = (async () => {
        const watch = client.watch(configMapKind, { namespace, labelSelector: 'seen=yes', resourceVersion, signal: stop.signal });
        for await (const event of watch) {
          if (event.type === 'BOOKMARK') continue;
          events.push(`${event.type} ${event.object.metadata.name}`);
          if (event.object.metadata.name === 'end') return;
        }
      })();
      await client.update(configMapKind, { ...made, data: { x: '2' } }, { signal });
      await create(map('unseen'));
      await client.mergePatch(configMapKind, { namespace, name: 'a' }, { metadata: { labels: { seen: 'no' } } }, { signal });
      await client.mergePatch(configMapKind, { namespace, name: 'a' }, { metadata: { labels: { seen: 'yes' } } }, { signal });
      await client.delete(configMapKind, { namespace, name: 'a' }, { signal });
      await create(map('end', {}, { seen: 'yes' }));
      await watching;
      expect(events).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED a', 'DELETED a', 'ADDED end']);
    });

    it('returns only the metadata of objects on request', async () => {
      const kind = metadataOf(configMapKind);
      await create(map('large', { x: 'x'.repeat(10_000) }, { seen: 'part' }));
      const { items, resourceVersion } = await client.list(kind, { namespace, labelSelector: 'seen=part', signal });
      expect(items).toMatchObject([{ kind: 'ConfigMap', metadata: { name: 'large', labels: { seen: 'part' } } }]);
      expect(items[0]).not.toHaveProperty('data');
      const watching = (async () => {
        for await (const event of client.watch(kind, { namespace, labelSelector: 'seen=part', resourceVersion, signal }))
          if (event.type !== 'BOOKMARK') return event;
        return undefined;
      })();
      await client.mergePatch(configMapKind, { namespace, name: 'large' }, { data: { x: '2' } }, { signal });
      const event = await watching;
      expect(event).toMatchObject({ type: 'MODIFIED', object: { metadata: { name: 'large' } } });
      expect(event).not.toHaveProperty('object.data');
    });

    it('reports when a watch is accepted, and ends it when cancelled', async () => {
      const { resourceVersion } = await client.list(configMapKind, { namespace, signal });
      const stop = new AbortController();
      const watch = client.watch(configMapKind, { namespace, resourceVersion, onContact: () => stop.abort(), signal: stop.signal });
      const drain = async (): Promise<void> => {
        for await (const _ of watch);
      };
      expect(await failing(drain())).toMatchObject({ code: 'Interrupted' });
    });

    it('refuses to watch from a version it no longer keeps', { timeout: 120_000 }, async () => {
      const { metadata } = await create(map('old'));
      const { resourceVersion = '' } = metadata;
      for (const name of ['newer', 'newest']) await create(map(name));
      await subject.forget((await client.list(configMapKind, { namespace, signal })).resourceVersion);
      const watch: AsyncIterable<WatchEvent<ConfigMap>> = client.watch(configMapKind, { namespace, resourceVersion, signal });
      const drain = async (): Promise<void> => {
        for await (const _ of watch);
      };
      expect(await failing(drain())).toMatchObject({ code: 'Gone', status: 410 });
    });

    it('issues tokens to service accounts and accepts them', async () => {
      const target = { namespace, name: 'worker' };
      await client.create(serviceAccountKind, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: target }, { signal });
      const ask: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
      const { status } = await client.createSubresource(serviceAccountKind, target, 'token', ask, { signal });
      expect(Date.parse(status?.expirationTimestamp ?? '')).toBeGreaterThan(Date.now());
      const credential = { kind: 'token', token: fixedToken(status?.token ?? '') } as const;
      const worker = createClient({ ...subject.connection, credential }, { fieldManager: 'worker' });
      expect(await worker.raw('/version', { signal })).toMatchObject({ major: '1' });
      worker.close();
    });

    it('answers other paths as JSON or text', async () => {
      expect(await client.raw('/version', { signal })).toMatchObject({ major: '1' });
      expect(await client.raw('/readyz', { signal })).toBe('ok');
      expect(await failing(client.raw('/apis/nowhere.example/v1/things', { signal }))).toMatchObject({ code: 'NotFound' });
    });

    it('refuses a credential it does not know', async () => {
      const stranger = createClient(
        { ...subject.connection, credential: { kind: 'token', token: fixedToken('refused') } },
        { fieldManager: 'x' },
      );
      expect(await failing(stranger.list(configMapKind, { namespace, signal }))).toMatchObject({ code: 'Unauthorized', status: 401 });
      stranger.close();
    });
  });
};
