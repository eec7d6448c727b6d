import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { clusterKind, membershipKind, projectKind } from '../../api/kinds.ts';
import { hubNamespace, memberNamespace } from '../../api/places.ts';
import {
  daemonSetKind,
  eventKind,
  namespaceKind,
  nodeKind,
  podKind,
  roleBindingKind,
  roleKind,
  serviceAccountKind,
  serviceKind,
} from '../../kubernetes/kinds.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command } from './leave.ts';

let contexts: FakeContexts;
beforeEach(async () => {
  contexts = await startFakeContexts(
    ['hub', 'east'],
    [
      clusterKind,
      membershipKind,
      projectKind,
      namespaceKind,
      nodeKind,
      podKind,
      eventKind,
      daemonSetKind,
      serviceAccountKind,
      serviceKind,
      roleKind,
      roleBindingKind,
    ],
  );
  contexts.api('hub').put(projectKind, {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Project',
    metadata: { name: 'default', namespace: hubNamespace },
    spec: {},
  });
});
afterEach(() => contexts.stop());

const leave = (options: { hubContext?: string; nodeLimit?: string; cleanNodes?: boolean } = {}) =>
  contexts.run(command, ['east'], { context: 'east', ...options });

describe('leaving says what is left on the hub', () => {
  it('only as a possibility when the hub was not asked', async () => {
    const { code, out } = await leave();
    expect(code).toBe(0);
    expect(out).toContain('If it is still registered on the hub: kubectl --context HUB -n default delete cluster east');
    expect(out).not.toContain('it is still registered:');
  });

  it('nothing when the hub has taken it off', async () => {
    contexts.api('hub').put(clusterKind, {
      apiVersion: 'controller.kubeslice.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name: 'east', namespace: 'default' },
      spec: {},
    });
    const { code, out } = await leave({ hubContext: 'hub' });
    expect(code).toBe(0);
    expect(out).toContain('is off the hub');
    expect(out).not.toContain('registered');
  });

  it('as a possibility when the hub does not answer', async () => {
    await contexts.api('hub').pause();
    const { code, out } = await leave({ hubContext: 'hub' });
    expect(code).toBe(2);
    expect(out).toContain('If it is still registered on the hub: kubectl --context hub -n default delete cluster east');
  });
});

describe('leaving a cluster in which there is nothing', () => {
  it('says that the hub does not know it and that its nodes were not checked', async () => {
    const { code, out } = await leave({ hubContext: 'hub' });
    expect(code).toBe(0);
    expect(out).toContain('The hub has no cluster "east".');
    expect(out).toContain('its nodes were not checked');
    expect(out).not.toMatch(/pinned|Nothing of KubeSlice is left|is off the hub/);
  });
});

describe('leaving after another tool has taken the programs away', () => {
  const east = () => contexts.api('east');
  const cleanup = { namespace: memberNamespace, name: 'kubeslice-agent-cleanup' };
  const node = (name: string) =>
    east().put(nodeKind, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
  /** Does for one node what Kubernetes does once the DaemonSet is there and the account that it names. */
  const kubelet = (on: string) => {
    const timer = setInterval(() => {
      if (east().read(daemonSetKind, cleanup) === undefined) return;
      if (east().read(serviceAccountKind, { namespace: memberNamespace, name: 'kubeslice-agent' }) === undefined) return;
      const labels = { 'app.kubernetes.io/name': 'kubeslice', 'app.kubernetes.io/component': 'agent-cleanup' };
      east().put(podKind, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: memberNamespace, name: `cleanup-${on}`, labels },
        spec: { containers: [], nodeName: on },
        status: { phase: 'Running' },
      });
      clearInterval(timer);
    }, 5);
    onTestFinished(() => clearInterval(timer));
  };
  beforeEach(() => {
    east().put(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: memberNamespace } });
    node('a');
    node('b');
  });

  it('makes what the clean-up needs, and counts the nodes that were cleaned', async () => {
    kubelet('a');
    kubelet('b');
    const { code, out } = await leave();
    expect(out).toContain('Nothing of KubeSlice is left in context "east": 2 nodes were cleaned.');
    expect(code).toBe(0);
    expect(east().read(namespaceKind, { name: memberNamespace })).toBeUndefined();
  });

  it('does not say that nothing is left of a hub that stays', async () => {
    east().put(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: hubNamespace } });
    kubelet('a');
    kubelet('b');
    const { code, out } = await leave();
    expect(out).toContain('Nothing of the member is left in context "east"; the hub in it stays, and "kubeslice uninstall --context east"');
    expect(out).not.toContain('Nothing of KubeSlice');
    expect(code).toBe(0);
  });

  it('cleans again what was joined again after a leave that was interrupted at its end', async () => {
    const annotations = { 'kubeslice.io/nodes-cleaned': 'true' };
    east().put(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: memberNamespace, annotations } });
    kubelet('a');
    kubelet('b');
    expect((await leave()).out).toContain('2 nodes were cleaned');
  });

  it('names a node without an answer, ends with 2, and cleans it later', async () => {
    kubelet('a');
    const { code, out } = await leave({ nodeLimit: '1s' });
    expect(code).toBe(2);
    expect(out).toContain('1 node was cleaned; these did not answer');
    expect(out).toContain('  b: no pod was made there');
    expect(out).not.toContain('Nothing of KubeSlice is left');
    expect(out).toContain('kubeslice leave east --context east --clean-nodes');
    kubelet('b');
    const again = await leave({ cleanNodes: true });
    expect(again.code).toBe(0);
    expect(again.out).toContain('2 nodes were cleaned');
  });
});

it('a hub that is no member is refused, and nothing is changed', async () => {
  const hub = contexts.api('hub');
  hub.put(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: hubNamespace } });
  await expect(contexts.run(command, ['east'], { context: 'hub' })).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringContaining('is a hub and no member cluster; name the context of cluster east with --context'),
  });
  expect(hub.requests.filter((line) => !line.startsWith('GET '))).toEqual([]);
});
