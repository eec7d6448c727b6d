import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterKind, membershipKind, projectKind } from '../../api/kinds.ts';
import { hubNamespace } from '../../api/places.ts';
import { type FakeContexts, startFakeContexts } from './contexts.fixtures.ts';
import { command } from './leave.ts';

let contexts: FakeContexts;
beforeEach(async () => {
  contexts = await startFakeContexts(['hub', 'east'], [clusterKind, membershipKind, projectKind]);
  contexts.api('hub').put(projectKind, {
    apiVersion: 'controller.kubeslice.io/v1alpha1',
    kind: 'Project',
    metadata: { name: 'default', namespace: hubNamespace },
    spec: {},
  });
});
afterEach(() => contexts.stop());

const leave = (options: { hubContext?: string } = {}) => contexts.run(command, ['east'], { context: 'east', ...options });

describe('leaving says what is left on the hub', () => {
  it('only as a possibility when the hub was not asked', async () => {
    const { code, out } = await leave();
    expect(code).toBe(0);
    expect(out).toContain('If it is still registered on the hub: kubectl --context HUB -n default delete cluster east');
    expect(out).not.toContain('it is still registered:');
  });

  it('nothing when the hub has taken it off', async () => {
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
