import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { FleetStatus } from '../../plan/status/fleet-status.ts';
import { renderFleetStatus } from './status-text.ts';

const plain = pc.createColors(false);

const status: FleetStatus = {
  project: 'default',
  healthy: false,
  controller: { replicas: 2, available: 2, image: 'i' },
  clusters: [
    { name: 'east', state: 'Connected', nodes: 2, version: '0.1.0', kubernetesVersion: 'v1.37.2', fingerprint: 'sha256:1', message: '' },
  ],
  slices: [
    {
      name: 'app',
      subnet: '10.0.0.0/16',
      ready: false,
      reason: 'LinkDown',
      message: 'cut',
      clusters: '0/1',
      nodes: 1,
      linksUp: 0,
      links: 1,
      namespaces: ['app-ns'],
      created: undefined,
    },
  ],
  nodes: Array.from({ length: 30 }, (_, index) => ({
    slice: 'app',
    cluster: 'east',
    node: `n${index}`,
    state: 'Down' as const,
    linksUp: 0,
    links: 1,
    router: '10.0.0.1',
    endpoint: '192.0.2.1:51820',
    blocks: ['10.0.0.0/24'],
    reason: 'silence',
  })),
  problems: [{ subject: 'slice app', severity: 'error', reason: 'LinkDown', text: 'cut', help: 'kubeslice links --slice app' }],
};

describe('the text of a status', () => {
  it('names the problem with the command that helps before everything else', () => {
    expect(renderFleetStatus(status, plain, false).split('\n').slice(0, 4)).toEqual([
      'Project default: 1 problem; controller 2/2',
      '',
      '✗ slice app: cut',
      '    kubeslice links --slice app',
    ]);
  });

  it('warnings do not count among the problems', () => {
    const warning = {
      subject: 'export n/web of east',
      severity: 'warning',
      reason: 'ServiceNotFound',
      text: 'no Service',
      help: 'kubectl',
    } as const;
    const [head, , first] = renderFleetStatus({ ...status, healthy: true, problems: [warning] }, plain, false).split('\n');
    expect(head).toBe('Project default: healthy, 1 warning; controller 2/2');
    expect(first).toBe('! export n/web of east: no Service');
    const both = renderFleetStatus({ ...status, problems: [...status.problems, warning, warning] }, plain, false);
    expect(both.split('\n')[0]).toBe('Project default: 1 problem, 2 warnings; controller 2/2');
  });

  it('shows the 20 worst nodes and says how many there are more; all when wide', () => {
    const short = renderFleetStatus(status, plain, false);
    expect(short.match(/^east\/n/gm)).toHaveLength(20);
    expect(short).toContain('… and 10 nodes more, none worse; -o wide shows all');
    const wide = renderFleetStatus(status, plain, true);
    expect(wide.match(/^east\/n/gm)).toHaveLength(30);
    expect(wide).toMatch(/ENDPOINT +BLOCKS +REASON/);
  });

  it('without anything says how to begin', () => {
    const text = renderFleetStatus({ ...status, healthy: true, clusters: [], slices: [], nodes: [], problems: [] }, plain, false);
    expect(text).toBe(
      'Project default: healthy; controller 2/2\n\nNo cluster has joined: kubeslice join NAME --hub-context HUB --context CONTEXT\n\nNo slices.',
    );
  });
});
