import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../../api/cluster/type.ts';
import { clusterKind } from '../../api/kinds.ts';
import { hubNamespace, hubSecret, memberNamespace } from '../../api/places.ts';
import { daemonSetKind, deploymentKind, namespaceKind, secretKind } from '../../kubernetes/kinds.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command } from './uninstall.ts';

let contexts: FakeContexts;
beforeEach(async () => {
  contexts = await startFakeContexts(['hub'], [clusterKind, namespaceKind, deploymentKind, daemonSetKind, secretKind]);
});
afterEach(() => contexts.stop());

const namespace = (name: string) => contexts.api('hub').put(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const cluster = (name: string, ready: 'True' | 'False') =>
  contexts.api('hub').put<Cluster>(clusterKind, {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name, namespace: 'default' },
    spec: {},
    status: {
      conditions: [{ type: 'Ready', status: ready, reason: 'Connected', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
  });
const uninstall = (options: { force?: boolean } = {}) => contexts.run(command, [], { context: 'hub', ...options });
const changes = () => contexts.api('hub').requests.filter((line) => !line.startsWith('GET '));

describe('uninstalling a hub', () => {
  beforeEach(() => namespace(hubNamespace));

  it('is refused while clusters are connected, and changes nothing', async () => {
    cluster('east', 'True');
    cluster('west', 'False');
    cluster('north', 'True');
    await expect(uninstall()).rejects.toMatchObject({
      code: 'InvalidInput',
      message: expect.stringMatching(/east, north,.*"kubeslice leave <name> --context <its context>".*--force/),
    });
    expect(changes()).toEqual([]);
  });

  it('goes on with --force, and says what is left behind', async () => {
    cluster('east', 'True');
    const { code, err } = await uninstall({ force: true });
    expect(code).toBe(0);
    expect(err).toContain('east');
    expect(contexts.api('hub').objects(clusterKind)).toEqual([]);
  });

  it('needs no force for clusters that are not connected, as on a hub that was never finished', async () => {
    cluster('east', 'False');
    expect((await uninstall()).out).toContain('Nothing of KubeSlice is left');
    expect(contexts.api('hub').objects(namespaceKind)).toEqual([]);
  });

  it('works in a cluster that is a member of itself', async () => {
    namespace(memberNamespace);
    member();
    expect((await uninstall()).code).toBe(0);
  });
});

const member = () =>
  contexts.api('hub').put(daemonSetKind, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kubeslice-agent', namespace: memberNamespace },
  });

describe('uninstalling what is no hub', () => {
  it.each([
    ['with the name under which it has joined', 'east', 'kubeslice leave east --context hub'],
    ['without it when nothing says it', undefined, 'kubeslice leave <name> --context hub'],
  ])('a member is sent to "leave", %s', async (_, joined, remedy) => {
    namespace(memberNamespace);
    member();
    if (joined !== undefined)
      contexts.api('hub').put(secretKind, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: hubSecret, namespace: memberNamespace },
        data: { cluster: Buffer.from(joined).toString('base64') },
      });
    await expect(uninstall({ force: true })).rejects.toMatchObject({
      code: 'InvalidInput',
      message: `Context "hub" is a member cluster, not a hub; run "${remedy}".`,
    });
    expect(changes()).toEqual([]);
  });

  it('a cluster with nothing of KubeSlice is done', async () => {
    expect((await uninstall()).code).toBe(0);
  });
});
