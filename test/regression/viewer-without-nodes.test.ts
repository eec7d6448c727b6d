import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clusterKind,
  noticeKind,
  projectKind,
  serviceExportKind,
  serviceImportKind,
  sliceKind,
  sliceNodeKind,
  slicePeerKind,
} from '../../src/api/kinds.ts';
import { managedBy, managedByLabel, membershipAnnotation, sliceLabel } from '../../src/api/labels.ts';
import { hubNamespace, memberNamespace, trustConfigMap } from '../../src/api/places.ts';
import type { Slice } from '../../src/api/slice/type.ts';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import { command as problems } from '../../src/cli/commands/problems.ts';
import { command as services } from '../../src/cli/commands/services.ts';
import { command as status } from '../../src/cli/commands/status.ts';
import { type FakeContexts, startFakeContexts } from '../../src/cli/contexts.fixtures.ts';
import { configMapKind, daemonSetKind, deploymentKind, nodeKind, secretKind } from '../../src/kubernetes/kinds.ts';

/*
 * A person with the role `view` of a member, which does not see nodes, got nothing but "Forbidden" from `kubeslice status`; and so did one with
 * `kubeslice-hub-view` on the hub, which does not see the Deployment of the controller.
 */

const kinds = [
  clusterKind,
  configMapKind,
  daemonSetKind,
  deploymentKind,
  nodeKind,
  noticeKind,
  projectKind,
  secretKind,
  serviceExportKind,
  serviceImportKind,
  sliceKind,
  sliceNodeKind,
  slicePeerKind,
];

let contexts: FakeContexts;
const api = () => contexts.api('here');
/** Refuses what the path matches, as for somebody who may not read it. */
const forbid = (...paths: readonly RegExp[]): void => {
  for (const path of paths) api().faults.add({ path, effect: { status: 403 } });
};
const run = (command: typeof status, options: Record<string, string> = {}) => contexts.run(command, [], { context: 'here', ...options });

const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: 'It works.', lastTransitionTime: '2026-01-01T00:00:00Z' } as const;
const slice = (namespace: string): Slice => ({
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'Slice',
  metadata: { name: 'app', namespace, labels: { [managedByLabel]: managedBy } },
  spec: { sliceSubnet: '10.0.0.0/16' },
  status: { conditions: [ready], exchangeNamespace: 'kubeslice-exchange-app' },
});
const sliceNode: SliceNode = {
  apiVersion: 'networking.kubeslice.io/v1beta1',
  kind: 'SliceNode',
  metadata: { name: 'app.n1', namespace: memberNamespace, labels: { [sliceLabel]: 'app' } },
  spec: { slice: 'app', sliceUID: 'u', node: 'n1', sliceSubnet: '10.0.0.0/16', blocks: ['10.0.0.0/26'], driver: 'Auto' },
  status: { publicKey: 'k' },
};
const workload = (kind: 'Deployment' | 'DaemonSet', namespace: string, name: string) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace },
  spec: { replicas: 1, selector: {}, template: { spec: { containers: [] } } },
  status: { availableReplicas: 1, desiredNumberScheduled: 1, numberReady: 1 },
});

beforeEach(async () => {
  contexts = await startFakeContexts(['here'], kinds);
});
afterEach(() => contexts.stop());

describe('somebody who may look at a member but not at its nodes', () => {
  beforeEach(() => {
    api().put(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: trustConfigMap, namespace: memberNamespace } });
    for (const name of ['kubeslice-worker', 'kubeslice-dns']) api().put(deploymentKind, workload('Deployment', memberNamespace, name));
    api().put(daemonSetKind, workload('DaemonSet', memberNamespace, 'kubeslice-agent'));
    api().put(nodeKind, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
    api().put(sliceKind, slice(memberNamespace));
    api().put(sliceNodeKind, sliceNode);
    forbid(/\/secrets\//, /\/nodes($|\?)/, /\/projects/);
  });

  it('sees the rest, is told what is missing, and gets no error for that', async () => {
    const { code, out } = await run(status);
    expect(out).toMatch(/^Member cluster this cluster of project default: healthy; worker 1\/1, agent 1\/1, dns 1\/1/);
    expect(out).toMatch(/\napp +/);
    expect(out).toMatch(/\n\nnote: not shown, since you may not read it: nodes; docs\/roles\.md lists the roles that may\.$/);
    expect(code).toBe(0);
    expect(JSON.parse((await run(status, { output: 'json' })).out)).toMatchObject({
      healthy: true,
      unreadable: ['nodes'],
      clusters: [{ name: 'this cluster' }],
    });
  });

  it('is told the name of the cluster by its slices, for its credential has it and is hidden', async () => {
    const annotations = { [membershipAnnotation]: JSON.stringify({ spec: { cluster: 'east' } }) };
    const known = slice(memberNamespace);
    api().put(sliceKind, { ...known, metadata: { ...known.metadata, annotations } });
    expect((await run(status)).out).toMatch(/^Member cluster east of project default: /);
  });

  it('sees problems and services, with a note beside them', async () => {
    const note = expect.stringContaining('you may not read it: nodes;');
    expect(await run(problems)).toEqual({ code: 0, out: 'No problems.', err: note });
    expect(await run(services)).toMatchObject({ code: 0, err: note });
  });

  it('is told of programs that do not run, and not of programs that he may not see', async () => {
    api().remove(deploymentKind, { namespace: memberNamespace, name: 'kubeslice-dns' });
    expect(await run(status)).toMatchObject({ code: 2, out: expect.stringContaining('There is no Deployment kubeslice-dns') });
    forbid(/\/deployments/, /\/daemonsets/, /\/notices/, /\/serviceimports/);
    const { code, out } = await run(status);
    expect(code).toBe(0);
    expect(out).toContain('healthy; programs not shown');
    expect(out).toContain(
      'you may not read it: daemonsets in kubeslice-system, deployments in kubeslice-system, nodes, notices in kubeslice-system, serviceimports;',
    );
  });

  it('says of a member of whose slices nothing may be seen that it is in none no more than that there are none', async () => {
    forbid(/\/slices/);
    const { out } = await run(status);
    expect(out).not.toContain('This cluster is in no slice.');
    expect(out).toContain('slices in kubeslice-system');
  });
});

describe('somebody who may look at a project on the hub, and at nothing else there', () => {
  beforeEach(() => {
    api().put(projectKind, {
      apiVersion: 'controller.kubeslice.io/v1alpha1',
      kind: 'Project',
      metadata: { name: 'default', namespace: hubNamespace },
      spec: {},
    });
    api().put(sliceKind, slice('default'));
    forbid(/\/secrets\//, /\/configmaps/, /\/deployments/);
  });

  it('sees it without the controller', async () => {
    const { code, out } = await run(status);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Project default: healthy; programs not shown\n/)]);
    expect(out).toContain('you may not read it: deployments in kubeslice-controller;');
  });

  it('sees it also when projects and notices are hidden', async () => {
    forbid(/\/projects/, /\/notices/);
    const { code, out } = await run(status);
    expect([code, out]).toEqual([0, expect.stringMatching(/\napp +/)]);
    expect(out).toContain('notices in kubeslice-exchange-app');
  });

  it('is told which role to ask for when he may see neither clusters nor slices', async () => {
    forbid(/\/projects/, /\/clusters/, /\/slices/);
    await expect(run(status)).rejects.toMatchObject({ code: 'Forbidden', message: expect.stringContaining('kubeslice-hub-view') });
  });
});
