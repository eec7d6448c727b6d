import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConfigMap, configMapKind } from '../values/builtin/config-map.ts';
import { type EndpointSlice, endpointSliceKind } from '../values/builtin/endpoint-slice.ts';
import { namespaceKind } from '../values/builtin/namespace.ts';
import { type Service, serviceKind } from '../values/builtin/service.ts';
import { applyObject, applyOwnObject } from './apply.ts';
import { type Client, createClient } from './client.ts';
import type { Connection } from './credentials/connection.ts';
import { remove } from './remove.ts';

/** The kinds that the contract works with; a fake must serve them. */
export const applyKinds = [configMapKind, endpointSliceKind, namespaceKind, serviceKind];

/** Applying is skipped exactly when it would change nothing, by the versions that the server stored. */
export const applyContract = (name: string, start: () => Promise<{ readonly connection: Connection; stop(): Promise<void> }>): void => {
  describe(`applying to ${name}`, () => {
    let client: Client;
    let stop: () => Promise<void>;
    const { signal } = new AbortController();
    const namespace = 'apply-contract';

    beforeAll(async () => {
      const subject = await start();
      stop = () => subject.stop();
      client = createClient(subject.connection, { fieldManager: 'other' });
      await client.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { signal });
    });
    afterAll(async () => {
      client.close();
      await stop();
    });

    const options = (seen: ConfigMap | undefined) => ({ seen, fieldManager: 'us', signal });
    const map = (name: string, data: Record<string, string>, labels: Record<string, string> = {}): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels },
      data,
    });

    it('applies what is not there, and not again', async () => {
      const desired = map('first', { x: '1' });
      expect(await applyObject(client, configMapKind, desired, options(undefined))).toBe('applied');
      const seen = await client.get(configMapKind, { namespace, name: 'first' }, { signal });
      expect(await applyObject(client, configMapKind, desired, options(seen))).toBe('unchanged');
    });

    it('skips exactly what would change nothing (property)', async () => {
      const field = fc.constantFrom('a', 'b', 'c');
      const value = fc.constantFrom('1', '2');
      const data = fc.dictionary(field, value, { maxKeys: 3 });
      const step = fc.oneof(
        { weight: 3, arbitrary: fc.record({ who: fc.constant('us' as const), data, labels: data }) },
        { weight: 1, arbitrary: fc.record({ who: fc.constant('other' as const), data, labels: data }) },
      );
      type Step = { readonly who: 'us' | 'other'; readonly data: Record<string, string>; readonly labels: Record<string, string> };
      // A wanted empty map removes nothing that others put into it.
      const emptyMapBesideAnothers: Step[] = [
        { who: 'us', data: { c: '1' }, labels: {} },
        { who: 'other', data: {}, labels: { a: '1' } },
        { who: 'us', data: { c: '1' }, labels: {} },
      ];
      // Nor does it when the map is no longer wanted.
      const emptyMapFilledByAnother: Step[] = [
        { who: 'us', data: {}, labels: {} },
        { who: 'other', data: { b: '1', c: '1' }, labels: {} },
        { who: 'us', data: {}, labels: {} },
        { who: 'us', data: { c: '1' }, labels: {} },
        { who: 'other', data: {}, labels: {} },
        { who: 'us', data: {}, labels: {} },
      ];
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
          run += 1;
          const target = { namespace, name: `p${run}` };
          for (const { who, data, labels } of steps) {
            const seen = await client.find(configMapKind, target, { signal });
            const desired = map(target.name, data, labels);
            if (who === 'other') {
              // Another writer sets a field or removes one.
              if (seen !== undefined)
                await client.mergePatch(configMapKind, target, { data: { ...data, a: null }, metadata: { labels } }, { signal });
              continue;
            }
            const outcome = await applyObject(client, configMapKind, desired, options(seen));
            const now = await client.get(configMapKind, target, { signal });
            expect(now.data ?? {}).toMatchObject(data);
            if (outcome === 'unchanged') {
              const forced = await client.apply(configMapKind, desired, { fieldManager: 'us', signal });
              expect(forced.data ?? {}).toEqual(now.data ?? {});
              expect(forced.metadata.labels ?? {}).toEqual(now.metadata.labels ?? {});
            }
            const again = await client.get(configMapKind, target, { signal });
            expect(await applyObject(client, configMapKind, desired, options(again))).toBe('unchanged');
          }
        }),
        { numRuns: 25, examples: [[emptyMapBesideAnothers], [emptyMapFilledByAnother]] },
      );
    });

    it('removes a field that is no longer wanted, and detects changes of others', async () => {
      const target = { namespace, name: 'drift' };
      const get = (): Promise<ConfigMap> => client.get(configMapKind, target, { signal });
      await applyObject(client, configMapKind, map('drift', { x: '1', y: '2' }), options(undefined));
      await client.mergePatch(configMapKind, target, { data: { theirs: '9' } }, { signal });
      expect(await applyObject(client, configMapKind, map('drift', { x: '1', y: '2' }), options(await get()))).toBe('unchanged');
      expect(await applyObject(client, configMapKind, map('drift', { x: '1' }), options(await get()))).toBe('applied');
      expect((await get()).data).toEqual({ x: '1', theirs: '9' });
      await client.mergePatch(configMapKind, target, { data: { x: 'changed' } }, { signal });
      expect(await applyObject(client, configMapKind, map('drift', { x: '1' }), options(await get()))).toBe('applied');
      expect((await get()).data).toEqual({ x: '1', theirs: '9' });
    });

    it('never writes to an object that somebody else put in the place of its own', async () => {
      const target = { namespace, name: 'own' };
      const get = (): Promise<ConfigMap> => client.get(configMapKind, target, { signal });
      const own = (x: string, seen: ConfigMap | undefined) => applyOwnObject(client, configMapKind, map('own', { x }), options(seen));
      expect(await own('1', undefined)).toBe('applied');
      const seen = await get();
      expect(await own('1', seen)).toBe('unchanged');
      expect(await own('2', seen)).toBe('applied');
      await client.delete(configMapKind, target, { signal });
      const theirs = await client.create(configMapKind, map('own', { x: 'theirs' }), { signal });
      await expect(own('3', undefined)).rejects.toMatchObject({ code: 'Conflict' });
      await expect(own('3', seen)).rejects.toMatchObject({ code: 'Conflict' });
      await expect(remove(client, configMapKind, target, signal, seen.metadata.uid)).rejects.toMatchObject({ code: 'Conflict' });
      expect(await get()).toEqual(theirs);
    });

    it('compares lists: endpoints and ports, with the defaults of the server', async () => {
      const slice = (addresses: readonly string[]): EndpointSlice => ({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'slice', namespace, labels: { 'kubernetes.io/service-name': 'x' } },
        addressType: 'IPv4',
        endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
        ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      });
      const service: Service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'service', namespace },
        spec: {
          selector: { app: 'x' },
          ports: [{ port: 80 }, { port: 81, name: 'b', targetPort: 'web' }].map((port, index) => ({ name: `p${index}`, ...port })),
        },
      };
      const rest = { fieldManager: 'us', signal };
      await applyObject(client, endpointSliceKind, slice(['10.0.0.1', '10.0.0.2']), rest);
      await applyObject(client, serviceKind, service, rest);
      const seenSlice = await client.get(endpointSliceKind, { namespace, name: 'slice' }, { signal });
      const seenService = await client.get(serviceKind, { namespace, name: 'service' }, { signal });
      expect(await applyObject(client, endpointSliceKind, slice(['10.0.0.1', '10.0.0.2']), { seen: seenSlice, ...rest })).toBe('unchanged');
      expect(await applyObject(client, endpointSliceKind, slice(['10.0.0.2', '10.0.0.1']), { seen: seenSlice, ...rest })).toBe('applied');
      expect(await applyObject(client, endpointSliceKind, slice(['10.0.0.1']), { seen: seenSlice, ...rest })).toBe('applied');
      expect(await applyObject(client, serviceKind, service, { seen: seenService, ...rest })).toBe('unchanged');
      const fewer: Service = { ...service, spec: { ...service.spec, ports: (service.spec?.ports ?? []).slice(0, 1) } };
      expect(await applyObject(client, serviceKind, fewer, { seen: seenService, ...rest })).toBe('applied');
      expect((await client.get(serviceKind, { namespace, name: 'service' }, { signal })).spec?.ports).toHaveLength(1);
    });

    it('counts shared lists by entry', async () => {
      const target = { namespace, name: 'shared' };
      const desired = { ...map('shared', {}), metadata: { name: 'shared', namespace, finalizers: ['kubeslice.io/one'] } };
      await applyObject(client, configMapKind, desired, options(undefined));
      const seen = await client.get(configMapKind, target, { signal });
      expect(await applyObject(client, configMapKind, desired, options(seen))).toBe('unchanged');
      await client.mergePatch(configMapKind, target, { metadata: { finalizers: null } }, { signal });
      const without = await client.get(configMapKind, target, { signal });
      expect(await applyObject(client, configMapKind, desired, options(without))).toBe('applied');
      await client.mergePatch(configMapKind, target, { metadata: { finalizers: null } }, { signal });
    });
  });
};
