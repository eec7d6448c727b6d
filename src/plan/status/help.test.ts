import { describe, expect, it } from 'vitest';
import { helpFor } from './help.ts';

const given = (hub: string, known: readonly string[] = [], project = 'default') =>
  helpFor({ contexts: { here: hub, hub, known }, project });

describe('commands that help', () => {
  it('name the contexts of the person who asks', () => {
    const help = given('hub', ['hub', 'east']);
    expect(help.join('east')).toBe('kubeslice join east --hub-context hub --context east');
    expect(help.links('app')).toBe('kubeslice links --slice app --context hub');
    expect(help.workerLogs('east')).toBe('kubectl --context east -n kubeslice-system logs deploy/kubeslice-worker --tail 20');
  });

  it('leave a place for a context that cannot be known', () => {
    expect(given('hub', ['hub']).describeExport('east', 'app-ns', 'web')).toBe(
      'kubectl --context CONTEXT -n app-ns describe serviceexport.networking.kubeslice.io web',
    );
    expect(given('hub').join(undefined)).toBe('kubeslice join NAME --hub-context hub --context CONTEXT');
  });

  it('of a member are for the context that was read, whatever it is called, and leave a place for the hub', () => {
    const help = helpFor({
      contexts: { here: 'prod-1', hub: undefined, cluster: 'east', known: ['prod-1', 'prod-2'] },
      project: 'default',
    });
    expect(help.workerLogs('east')).toContain('--context prod-1 ');
    expect(help.workerLogs('west')).toContain('--context CONTEXT ');
    expect(help.links('app')).toBe('kubeslice links --slice app --context prod-1');
    expect(help.join('east')).toBe('kubeslice join east --hub-context HUB --context prod-1');
  });

  it('name the project when it is not the default one', () => {
    expect(given('hub', [], 'shop').links('app')).toBe('kubeslice links --slice app --context hub --project shop');
  });

  it('are one word for the shell whatever a context is called', () => {
    expect(given('arn:aws:eks:eu-west-1:1:cluster/hub').controllerPods()).toContain('--context arn:aws:eks:eu-west-1:1:cluster/hub ');
    expect(given("my hub's; rm").controllerPods()).toContain(`--context 'my hub'\\''s; rm' `);
  });
});
