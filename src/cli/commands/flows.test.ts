import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterKind, serviceImportKind, sliceNodeKind } from '../../api/kinds.ts';
import { hubSecret, memberNamespace } from '../../api/places.ts';
import { daemonSetKind, deploymentKind, podKind, secretKind } from '../../kubernetes/kinds.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command as flows } from './flows.ts';
import { command as policy } from './policy.ts';

const member = [secretKind, deploymentKind, daemonSetKind, podKind, sliceNodeKind, serviceImportKind];
const preview = policy.commands?.[0];
if (preview === undefined) throw new Error('there is a command');

let contexts: FakeContexts;
beforeEach(async () => {
  contexts = await startFakeContexts(['hub', 'east', 'bare'], [...member, clusterKind]);
  for (const name of ['east', 'west'])
    contexts.api('hub').put(clusterKind, {
      apiVersion: 'controller.kubeslice.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name, namespace: 'default' },
      spec: {},
    });
  contexts.api('east').put(secretKind, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: hubSecret, namespace: memberNamespace },
    data: { cluster: Buffer.from('east').toString('base64') },
  });
});
afterEach(() => contexts.stop());

describe('flows', () => {
  it('of a hub names the members that no context reaches, and those without an agent', async () => {
    const { code, err } = await contexts.run(flows, [], { context: 'hub', denied: true });
    expect(code).toBe(0);
    expect(err).toContain('note: cluster west was not asked: the hub has no way to its nodes, and no context "west" leads to it');
    expect(err).toContain('note: cluster east was not asked: no agent runs on any of its nodes');
    expect(err).toContain('No node that was asked enforces an access policy');
  });

  it('of a member asks that one alone', async () => {
    const { err } = await contexts.run(flows, [], { context: 'east', denied: true });
    expect(err).toContain('note: cluster east was not asked');
    expect(err).not.toContain('west');
  });

  it('needs a member or a hub, a slice that is there, and a time that nodes count', async () => {
    await expect(contexts.run(flows, [], { context: 'bare', denied: true })).rejects.toThrow('neither a member nor a hub with clusters');
    await expect(contexts.run(flows, ['ap'], { context: 'east', denied: true })).rejects.toThrow('is in a slice "ap"');
    await expect(contexts.run(flows, [], { context: 'east', watch: '2h' })).rejects.toThrow('--watch "2h" is not between');
  });
});

describe('policy preview', () => {
  it('judges one of a slice on a hub, and one of an owner in a member', async () => {
    const { code, out, err } = await contexts.run(preview, [], { context: 'hub', delete: 'p', watch: '1s' });
    expect(code).toBe(0);
    expect(err).toContain('note: no node that was asked enforces a policy p');
    expect(out).toContain('Of 0 flows');
    await expect(contexts.run(preview, [], { context: 'hub', delete: 'shop/p', watch: '1s' })).rejects.toThrow(
      'name a member with --context',
    );
    await expect(contexts.run(preview, [], { context: 'east', delete: 'p', watch: '1s' })).rejects.toThrow('metadata.namespace');
  });

  it('takes either a file or a name', async () => {
    await expect(contexts.run(preview, [], { context: 'hub' })).rejects.toThrow('Name either the file');
    await expect(contexts.run(preview, [], { context: 'hub', delete: 'p', filename: 'x' })).rejects.toThrow('Name either the file');
  });
});
