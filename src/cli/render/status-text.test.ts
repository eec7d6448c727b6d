import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { reasons } from '../../api/reasons.ts';
import type { FleetStatus } from '../../plan/status/fleet-status.ts';
import { problemOf } from '../../plan/status/problem.ts';
import { renderProblems } from './problems-text.ts';
import { renderFleetStatus } from './status-text.ts';

const plain = pc.createColors(false);

const status: FleetStatus = {
  side: 'hub',
  project: 'default',
  healthy: false,
  fleetHealthy: false,
  programs: [{ name: 'controller', wanted: 2, available: 2, image: 'i' }],
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
  problems: [
    problemOf(
      { kind: 'slice', name: 'app' },
      { reason: 'LinkDown', text: 'cut', since: '1970-01-01T00:00:00Z', help: 'kubeslice links --slice app' },
    ),
  ],
};

describe('the text of a status', () => {
  it('names the problem with the command that helps before everything else', () => {
    expect(renderFleetStatus(status, plain, false, 90_000).split('\n').slice(0, 4)).toEqual([
      'Project default: 1 problem; controller 2/2',
      '',
      '✗ slice app, for 90s: cut',
      '    kubeslice links --slice app',
    ]);
  });

  it('warnings do not count among the problems', () => {
    const object = { kind: 'serviceexport', namespace: 'n', name: 'web', cluster: 'east' };
    const warning = problemOf(object, { severity: 'warning', reason: 'ServiceNotFound', text: 'no Service', help: 'kubectl' });
    const [head, , first] = renderFleetStatus({ ...status, healthy: true, problems: [warning] }, plain, false, 90_000).split('\n');
    expect(head).toBe('Project default: healthy, 1 warning; controller 2/2');
    expect(first).toBe('! export n/web of east: no Service');
    const both = renderFleetStatus({ ...status, problems: [...status.problems, warning, warning] }, plain, false, 90_000);
    expect(both.split('\n')[0]).toBe('Project default: 1 problem, 2 warnings; controller 2/2');
  });

  it('shows the 20 worst nodes and says how many there are more; all when wide', () => {
    const short = renderFleetStatus(status, plain, false, 90_000);
    expect(short.match(/^east\/n/gm)).toHaveLength(20);
    expect(short).toContain('… and 10 nodes more, none worse; -o wide shows all');
    const wide = renderFleetStatus(status, plain, true, 90_000);
    expect(wide.match(/^east\/n/gm)).toHaveLength(30);
    expect(wide).toMatch(/ENDPOINT +BLOCKS +REASON/);
  });

  it('without anything says how to begin', () => {
    const text = renderFleetStatus(
      { ...status, healthy: true, clusters: [], slices: [], nodes: [], problems: [], joinFirst: 'kubeslice join NAME' },
      plain,
      false,
      90_000,
    );
    expect(text).toBe('Project default: healthy; controller 2/2\n\nNo cluster has joined: kubeslice join NAME\n\nNo slices.');
  });

  it('of a member names it, its programs, and that it is in no slice', () => {
    const programs = [
      { name: 'worker', wanted: 1, available: 1, image: 'i' },
      { name: 'agent', wanted: 2, available: 2, image: 'i' },
    ];
    const seen = { ...status, side: 'member' as const, cluster: 'east', healthy: true, slices: [], nodes: [], problems: [], programs };
    const text = renderFleetStatus(seen, plain, false, 0);
    expect(text).toContain('Member cluster east of project default: healthy; worker 1/1, agent 2/2');
    expect(text).toContain('This cluster is in no slice.');
    // A cluster that is both shows the hub first.
    const both = renderFleetStatus({ ...status, member: seen }, plain, false, 0);
    expect(both.indexOf('Project default')).toBe(0);
    expect(both).toContain('\n\nMember cluster east of project default: worker 1/1, agent 2/2\n\nCLUSTER');
  });

  it('of a problem in full has cause, evidence and help', () => {
    expect(renderProblems(status.problems, plain, 7_200_000)).toBe(
      [
        '✗ slice app: LinkDown, for 2h',
        `    cause     ${reasons.LinkDown}`,
        '    evidence  cut',
        '    help      kubeslice links --slice app',
      ].join('\n'),
    );
  });
});
