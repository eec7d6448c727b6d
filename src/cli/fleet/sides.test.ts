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
} from '../../api/kinds.ts';
import { hubNamespace, hubSecret, memberNamespace, trustConfigMap } from '../../api/places.ts';
import { configMapKind, daemonSetKind, deploymentKind, nodeKind, secretKind } from '../../kubernetes/kinds.ts';
import { command as problems } from '../commands/problems.ts';
import { command as services } from '../commands/services.ts';
import { command as status } from '../commands/status.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';

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
beforeEach(async () => {
  contexts = await startFakeContexts(['here'], kinds);
});
afterEach(() => contexts.stop());

const deployment = (namespace: string, name: string) =>
  contexts.api('here').put(deploymentKind, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas: 1, selector: {}, template: { spec: { containers: [] } } },
    status: { availableReplicas: 1 },
  });
const asHub = () => {
  contexts.api('here').put(projectKind, {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Project',
    metadata: { name: 'default', namespace: hubNamespace },
    spec: {},
  });
  deployment(hubNamespace, 'kubeslice-controller');
};
const asMember = () => {
  const api = contexts.api('here');
  const of = (name: string) => ({ metadata: { name, namespace: memberNamespace }, apiVersion: 'v1' });
  const data = { cluster: Buffer.from('east').toString('base64'), project: Buffer.from('default').toString('base64') };
  api.put(configMapKind, { ...of(trustConfigMap), kind: 'ConfigMap', data: {} });
  api.put(secretKind, { ...of(hubSecret), kind: 'Secret', data });
  deployment(memberNamespace, 'kubeslice-worker');
  deployment(memberNamespace, 'kubeslice-dns');
  api.put(daemonSetKind, {
    ...of('kubeslice-agent'),
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    status: { desiredNumberScheduled: 1, numberReady: 1 },
  });
};
const run = (command: typeof status, options: Record<string, string> = {}) => contexts.run(command, [], { context: 'here', ...options });

describe('what a context shows', () => {
  it('is the hub', async () => {
    asHub();
    expect((await run(status)).out).toMatch(/^Project default: healthy; controller 1\/1/);
    expect(JSON.parse((await run(status, { output: 'json' })).out)).toMatchObject({ side: 'hub', healthy: true });
  });

  it('is a member, by its own objects, with no access to the hub', async () => {
    asMember();
    expect((await run(status)).out).toMatch(/^Member cluster east of project default: healthy; worker 1\/1, agent 1\/1, dns 1\/1/);
    expect(await run(problems)).toMatchObject({ code: 0, out: 'No problems.' });
  });

  it('is both, in a cluster that is both', async () => {
    asHub();
    asMember();
    contexts.api('here').remove(deploymentKind, { namespace: memberNamespace, name: 'kubeslice-dns' });
    const { code, out } = await run(status);
    expect(code).toBe(2);
    expect(out).toMatch(/^Project default: 1 problem; controller 1\/1\n\n✗ dns of east: There is no Deployment kubeslice-dns/);
    expect(out).toContain('\n\nMember cluster east of project default: worker 1/1');
    expect(JSON.parse((await run(problems, { output: 'json' })).out)).toMatchObject([
      {
        subject: 'dns of east',
        reason: 'Unavailable',
        severity: 'error',
        cause: expect.stringMatching(/./),
        help: expect.stringContaining('--context here'),
      },
    ]);
  });

  it('is the same to somebody who may not read the credential', async () => {
    asMember();
    contexts.api('here').faults.add({ path: /\/secrets\//, effect: { status: 403 } });
    expect((await run(status)).out).toMatch(/^Member cluster /);
  });

  it('is told apart from a cluster without KubeSlice', async () => {
    contexts.api('here').faults.add({ path: /\/projects/, effect: { status: 404 } });
    await expect(run(status)).rejects.toMatchObject({ code: 'NotFound', message: expect.stringContaining('neither a hub nor a member') });
  });

  it('is told in one sentence with a next step when its credential has expired or its server is not there', async () => {
    asHub();
    const clear = contexts.api('here').faults.add({ effect: { status: 401 } });
    await expect(run(status)).rejects.toMatchObject({
      code: 'Unauthorized',
      message: expect.stringMatching(/^The API server does not accept the credential of context "here": .*log in again/),
    });
    clear();
    contexts.api('here').faults.add({ effect: 'reset' });
    await expect(run(status)).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('(context "here"), or name another'),
    });
  });

  it('proposes the nearest name of a slice, a project and a context', async () => {
    asHub();
    contexts.api('here').put(sliceKind, {
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'Slice',
      metadata: { name: 'app-slice', namespace: 'default' },
      spec: { sliceSubnet: '10.0.0.0/16' },
    });
    await expect(run(services, { slice: 'ap-slice' })).rejects.toMatchObject({
      message: expect.stringContaining('Did you mean "app-slice"?'),
    });
    await expect(run(services, { project: 'defualt' })).rejects.toMatchObject({
      message: expect.stringContaining('Did you mean "default"?'),
    });
    await expect(run(services, { context: 'hree' })).rejects.toMatchObject({ message: expect.stringContaining('Did you mean "here"?') });
  });
});
