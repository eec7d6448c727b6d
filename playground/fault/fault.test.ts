import { describe, expect, test } from 'vitest';
import type { PlaygroundSpec } from '../clusters/spec.ts';
import { describeFault, type Fault, isOfNetwork, withFault, withoutFault } from './fault.ts';
import { packetRules } from './packet-rules.ts';
import { checkFault, placeOf, placesBetween } from './place.ts';
import { freezeTarget, isProgram, killTarget } from './targets.ts';

const spec: PlaygroundSpec = {
  name: 'pg',
  slot: 0,
  clusters: [
    { name: 'hub', index: 1, nodes: 1 },
    { name: 'east', index: 2, nodes: 2 },
    { name: 'west', index: 3, nodes: 2 },
  ],
};
const cut: Fault = { kind: 'cut', between: ['east', 'west'] };

describe('lists of faults', () => {
  test('a later fault about the same pair replaces the earlier, in either order of the pair', () => {
    const first: Fault = { kind: 'loss', between: ['east', 'west'], share: 0.1 };
    const second: Fault = { kind: 'loss', between: ['west', 'east'], share: 0.5 };
    expect(withFault(withFault([cut], first), second)).toEqual([cut, second]);
    expect(withoutFault([cut, second], first)).toEqual([cut]);
  });

  test.each([
    [cut, 'east and west are cut off from one another'],
    [{ kind: 'loss', between: ['a', 'b'], share: 0.05 } as const, '5% of the packets between a and b are lost'],
    [{ kind: 'delay', between: ['a', 'b'], milliseconds: 50 } as const, 'packets between a and b take 50 ms longer each way'],
    [{ kind: 'off', machine: 'n' } as const, 'n is off'],
    [{ kind: 'frozen', machine: 'n', program: 'agent' } as const, 'agent of n is frozen'],
    [{ kind: 'held', machine: 'n', service: 'kubelet' } as const, 'kubelet of n is stopped'],
  ])('described %#', (fault, words) => {
    expect(describeFault(fault)).toBe(words);
  });
});

describe('rules of the router', () => {
  test('between sites, both directions; no word about bridges when none is needed', () => {
    const rules = packetRules(spec, [cut, { kind: 'loss', between: ['east-node-2', 'hub'], share: 0.05 }]);
    expect(rules).toContain('ip saddr 198.18.2.0/24 ip daddr 198.18.3.0/24 drop');
    expect(rules).toContain('ip saddr 198.18.3.0/24 ip daddr 198.18.2.0/24 drop');
    expect(rules).toContain('ip saddr 198.18.2.12/32 ip daddr 198.18.1.0/24 numgen random mod 10000 < 500 drop');
    expect(rules).not.toContain('bridge');
  });

  test('within a site', () => {
    const rules = packetRules(spec, [{ kind: 'cut', between: ['east-node-1', 'east-node-2'] }]);
    expect(rules.slice(rules.indexOf('table bridge'))).toContain('ip saddr 198.18.2.11/32 ip daddr 198.18.2.12/32 drop');
  });

  test('no fault, no rule', () => {
    expect(packetRules(spec, [])).not.toContain('drop');
  });
});

describe('places', () => {
  test('unknown ones are refused with those there are', () => {
    expect(() => placeOf(spec, 'north')).toThrow(/"north" is no cluster and no machine.*hub, east, west, hub-control-plane/);
  });

  test.each([
    ['east', 'east'],
    ['east', 'east-node-1'],
    ['east-node-1', 'east'],
    ['east-node-1', 'east-node-1'],
  ])('%s and %s are not two places', (a, b) => {
    expect(() => placesBetween(spec, [a, b])).toThrow(/two places/);
  });
});

describe('a fault that cannot be', () => {
  test.each([
    [{ kind: 'delay', between: ['east-node-1', 'east-node-2'], milliseconds: 1 } as const, /within a cluster are not routed/],
    [{ kind: 'cut', between: ['east', 'north'] } as const, /"north" is no cluster/],
  ])('%# is refused', (fault, words) => {
    expect(() => checkFault(spec, fault)).toThrow(words);
  });

  test('others are not', () => {
    checkFault(spec, cut);
    checkFault(spec, { kind: 'cut', between: ['east-node-1', 'east-node-2'] });
    checkFault(spec, { kind: 'delay', between: ['east-node-1', 'west'], milliseconds: 1 });
    checkFault(spec, { kind: 'off', machine: 'east-node-1' });
  });
});

describe('kill', () => {
  const names = (what: string, where?: string) => killTarget(spec, what, where, false).machines.map((machine) => machine.name);

  test.each([
    ['node', 'east', ['east-node-1', 'east-node-2']],
    ['node', 'east-node-2', ['east-node-2']],
    ['control-plane', 'hub', ['hub-control-plane']],
    ['cluster', 'hub', ['hub-control-plane', 'hub-node-1']],
    ['apiserver', undefined, ['hub-control-plane', 'east-control-plane', 'west-control-plane']],
    ['kubelet', 'west-node-1', ['west-node-1']],
    ['agent', 'west', ['west-node-1', 'west-node-2']],
  ])('%s %s', (what, where, expected) => {
    expect(names(what, where)).toEqual(expected);
  });

  test.each([
    ['node', undefined, /A machine to power off is missing/],
    ['node', 'hub-control-plane', /"hub-control-plane" is no node/],
    ['everything', undefined, /"everything" cannot be killed: name one of node,/],
    ['agent', 'north', /"north" is no cluster/],
  ])('%s %s is refused', (what, where, words) => {
    expect(() => names(what, where)).toThrow(words);
  });

  test('a program of KubeSlice cannot be kept away, a service can', () => {
    expect(() => killTarget(spec, 'agent', 'west', true)).toThrow('The agent cannot be kept from starting again');
    expect(killTarget(spec, 'kubelet', 'west-node-1', true).kind).toBe('service');
  });

  test.each([
    [['/usr/local/bin/node', '/usr/local/bin/kubeslice', 'agent', '--x'], 'agent', true],
    [['node', '/opt/kubeslice/kubeslice.mjs', 'agent'], 'agent', true],
    [['node', '/opt/kubeslice/kubeslice.mjs', 'worker'], 'agent', false],
    [['node', '/app/agent.js', 'agent'], 'agent', false],
    [['sh', '-c', 'kubeslice agent'], 'agent', false],
    [['/var/lib/kubeslice/bin/wireguard-go', '-f', 'ks0'], 'wireguard-go', true],
    [['/var/lib/kubeslice/bin/wireguard-go-301f4945', '--foreground', 'ks0'], 'wireguard-go', true],
    [['/usr/bin/not-wireguard-go'], 'wireguard-go', false],
  ])('%s is %s: %s', (words, program, expected) => {
    expect(isProgram(words, program)).toBe(expected);
  });
});

describe('frozen programs', () => {
  test('are programs of KubeSlice, on nodes', () => {
    expect(freezeTarget(spec, 'agent', 'west').map(({ name }) => name)).toEqual(['west-node-1', 'west-node-2']);
    expect(() => freezeTarget(spec, 'kubelet', 'west')).toThrow(/"kubelet" cannot be frozen: name one of controller, worker, agent/);
  });
});

test('faults of the network are those with which machines can be added', () => {
  const others: Fault[] = [
    { kind: 'off', machine: 'n' },
    { kind: 'held', machine: 'n', service: 'kubelet' },
    { kind: 'frozen', machine: 'n', program: 'agent' },
  ];
  expect([cut, ...others].filter(isOfNetwork)).toEqual([cut]);
});
