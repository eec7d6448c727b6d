import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterKind, noticeKind, projectKind, sliceKind } from '../../api/kinds.ts';
import { statementLabel } from '../../api/labels.ts';
import { hubNamespace } from '../../api/places.ts';
import { deploymentKind } from '../../kubernetes/kinds.ts';
import { report, slice } from '../../plan/status/status.fixtures.ts';
import { type FakeContexts, startFakeContexts } from '../contexts.fixtures.ts';
import { command } from './status.ts';

let contexts: FakeContexts;
beforeEach(async () => {
  contexts = await startFakeContexts(['hub'], [clusterKind, deploymentKind, noticeKind, projectKind, sliceKind]);
  const hub = contexts.api('hub');
  hub.put(projectKind, {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Project',
    metadata: { name: 'default', namespace: hubNamespace },
    spec: {},
  });
  hub.put(deploymentKind, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'kubeslice-controller', namespace: hubNamespace },
    spec: { replicas: 1, selector: {}, template: { spec: { containers: [] } } },
    status: { availableReplicas: 1 },
  });
});
afterEach(() => contexts.stop());

const status = (wait?: string | true) => contexts.run(command, [], { context: 'hub', ...(wait === undefined ? {} : { wait }) });

describe('status of a hub whose API server is away', () => {
  it('fails at once when nobody asked to wait', async () => {
    contexts.api('hub').faults.add({ effect: { status: 503 }, times: 1 });
    await expect(status()).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it.each([
    ['refuses requests', { status: 503 }],
    ['breaks connections', 'reset'],
    ['is too slow for its proxy', { status: 504 }],
  ] as const)('goes on with --wait while it %s', async (_, effect) => {
    contexts.api('hub').faults.add({ effect, times: 1 });
    const { code, err } = await status('20s');
    expect(code).toBe(0);
    expect(err).toContain('trying again');
  });

  it('ends when time is over, with the last error', async () => {
    await contexts.api('hub').pause();
    await expect(status('100ms')).rejects.toMatchObject({ code: 'Timeout', message: expect.stringContaining('did not answer') });
  });

  it('ends when time is over also when no answer ever comes', async () => {
    contexts.api('hub').faults.add({ effect: 'stall' });
    await expect(status('1s')).rejects.toMatchObject({ code: 'Timeout', message: expect.stringContaining('1 s') });
  });

  it('does not wait for what waiting cannot mend', async () => {
    contexts.api('hub').faults.add({ effect: { status: 403 } });
    await expect(status('20s')).rejects.toMatchObject({ code: 'Forbidden' });
  });

  it('tells by exit code 3 that all was not healthy in time', async () => {
    contexts.api('hub').remove(deploymentKind, { namespace: hubNamespace, name: 'kubeslice-controller' });
    expect((await status('1ms')).code).toBe(3);
    expect((await status()).code).toBe(2);
  });
});

describe('status of a hub with a service that nobody can call', () => {
  const withDeadService = (since: string) => {
    const hub = contexts.api('hub');
    hub.put(sliceKind, slice('app'));
    const failingExports = [{ namespace: 'app-ns', name: 'web', reason: 'NoMatchingPods', message: 'No pod.', since }];
    const { metadata, ...rest } = report('app', 'east', 'west', { failingExports, failing: 1 });
    hub.put(noticeKind, { ...rest, metadata: { ...metadata, labels: { [statementLabel]: 'links' } } });
  };

  it('ends with code 2, and with --wait at once when it has been so for long', async () => {
    withDeadService('2026-01-01T00:00:00Z');
    expect(await status()).toMatchObject({ code: 2, out: expect.stringContaining('✗ export app-ns/web of east') });
    const began = performance.now();
    expect((await status('20s')).code).toBe(2);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('waits with --wait while it may be on its way, and then ends with code 2 all the same', async () => {
    withDeadService(new Date().toISOString());
    const began = performance.now();
    expect((await status('1500ms')).code).toBe(2);
    expect(performance.now() - began).toBeGreaterThan(1_400);
  });
});
