import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clusterPropertyKind } from '../../../api/about/kinds.ts';
import type { Condition } from '../../../api/condition.ts';
import { planAboutCrd } from '../../../install/upstream-crds.ts';
import { type Client, createClient } from '../../../kubernetes/client.ts';
import { type FakeApi, startFakeApi } from '../../../kubernetes/fake/fake-api.ts';
import { customResourceDefinitionKind } from '../../../kubernetes/kinds.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import { createMetrics } from '../../../telemetry/metrics.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { systemClock } from '../../../values/clock.ts';
import { followProperties } from './properties.ts';

const kind = clusterPropertyKind('v1beta1');
const [cluster, clusterset] = ['cluster.clusterset.k8s.io', 'clusterset.k8s.io'];
const wait = { timeout: 60_000, interval: 5 };
let api: FakeApi;
let client: Client;
let ending: AbortController;
let running: Promise<void>;
let conditions: Map<string, Pick<Condition, 'type' | 'status' | 'reason' | 'message'>>;
const changes = createEmitter<undefined>();
const values = () => Object.fromEntries(api.objects(kind).map(({ metadata, spec }) => [metadata.name, spec?.value]));
const become = (expected: Record<string, string>) => vi.waitFor(() => expect(values()).toEqual(expected), wait);
const define = () => api.put(customResourceDefinitionKind, planAboutCrd());
const foreign = (value: string) => api.put(kind, { apiVersion: '', kind: '', metadata: { name: cluster }, spec: { value } });
/** Called before each write of the worker reaches the server. */
let beforeWrite = (): void => {};
const tell = (reason: string) => {
  conditions.set('HubReachable', { type: 'HubReachable', status: 'False', reason, message: '' });
  changes.emit(undefined);
};

beforeEach(async () => {
  api = await startFakeApi({ kinds: [customResourceDefinitionKind, kind] });
  beforeWrite = () => {};
  client = createClient(api.connection, { fieldManager: 'test' });
  const preceded: Client = {
    ...client,
    apply: (...call) => {
      beforeWrite();
      return client.apply(...call);
    },
  };
  ending = new AbortController();
  conditions = new Map();
  const connection = {
    changes,
    latest: (type: string) => {
      const found = conditions.get(type);
      return found === undefined ? undefined : { ...found, lastTransitionTime: '' };
    },
    set: async (verdict: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>) => void conditions.set(verdict.type, verdict),
  };
  const identity = { cluster: 'east', project: 'default' };
  running = followProperties(
    { client: preceded, log: quietLog, metrics: createMetrics() },
    { identity, connection, clock: systemClock },
    ending.signal,
  );
});
afterEach(async () => {
  ending.abort();
  await running;
  client.close();
  await api.stop();
});

describe('the properties of a cluster', () => {
  const both = { [cluster]: 'east', [clusterset]: 'default' };

  it('are there as soon as their kind is, come back when somebody deletes or changes them, and go when the hub removes the cluster', async () => {
    define();
    await become(both);
    api.remove(kind, { name: clusterset });
    await become(both);
    const [one] = api.objects(kind).filter(({ metadata }) => metadata.name === cluster);
    if (one !== undefined) api.put(kind, { ...one, spec: { value: 'west' } });
    await become(both);
    tell('HubAway');
    tell('ClusterRemoved');
    await become({});
    tell('Registered');
    await become(both);
  });

  it('stay as somebody else wrote them, which is reported until it ends', async () => {
    define();
    await become(both);
    api.remove(kind, { name: cluster });
    foreign('theirs');
    await vi.waitFor(() => expect(conditions.get('ClusterIdentified')?.reason).toBe('PropertyOfOthers'), wait);
    expect(values()).toEqual({ ...both, [cluster]: 'theirs' });
    api.remove(kind, { name: cluster });
    await become(both);
    await vi.waitFor(() => expect(conditions.get('ClusterIdentified')?.status).toBe('True'), wait);
  });

  it('stay as somebody else writes them at the same moment', async () => {
    beforeWrite = () => {
      beforeWrite = () => {};
      foreign('theirs');
    };
    define();
    await vi.waitFor(() => expect(conditions.get('ClusterIdentified')?.reason).toBe('PropertyOfOthers'), { ...wait, timeout: 5_000 });
    await become({ ...both, [cluster]: 'theirs' });
  });

  it('are kept again when the kind was removed and installed again', async () => {
    define();
    await become(both);
    api.remove(customResourceDefinitionKind, planAboutCrd().metadata);
    for (const { metadata } of api.objects(kind)) api.remove(kind, metadata);
    define();
    await become(both);
  });
});
