import { expect, test } from 'vitest';
import { answeredLarge, type LargeProbes, largeProbeEveryMs, narrowClusters, planLargeProbes } from './large-packets.ts';

const network = { peers: ['east/e1', 'east/e2', 'north/n1'].map((name) => ({ name })) } as unknown as Parameters<typeof planLargeProbes>[1];
const up = new Set(['east/e1', 'east/e2', 'north/n1']);

/** Asks again and again; who answers is up to the caller. */
const ask = (rounds: number, answers: (peer: string) => boolean, reached = up) => {
  let probes: LargeProbes = new Map();
  const asked: string[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const step = planLargeProbes(probes, network, reached, round * largeProbeEveryMs);
    probes = step.probes;
    asked.push([...step.ask]);
    for (const peer of step.ask) if (answers(peer)) probes = answeredLarge(probes, peer);
  }
  return { asked, narrow: narrowClusters(probes) };
};

test('one node of each cluster is asked in turn, and nothing is wrong while they answer', () => {
  const { asked, narrow } = ask(3, () => true);
  expect(asked).toEqual([
    ['east/e1', 'north/n1'],
    ['east/e2', 'north/n1'],
    ['east/e1', 'north/n1'],
  ]);
  expect(narrow).toEqual([]);
});

test('nobody is asked before the time has come', () => {
  const first = planLargeProbes(new Map(), network, up, 0);
  expect(planLargeProbes(first.probes, network, up, largeProbeEveryMs - 1)).toEqual({ probes: first.probes, ask: [] });
});

test('a cluster to which large packets are lost is told of after three of them, and not before', () => {
  const lost = (peer: string) => !peer.startsWith('east/');
  expect(ask(3, lost).narrow).toEqual([]);
  expect(ask(4, lost).narrow).toEqual(['east']);
});

test('one answer ends it', () => {
  let probes: LargeProbes = new Map([['east', { peer: 'east/e1', askedAt: 0, answered: false, lost: 5 }]]);
  probes = answeredLarge(probes, 'east/e1');
  expect(narrowClusters(probes)).toEqual([]);
  expect(answeredLarge(probes, 'east/e2')).toBe(probes);
  expect(answeredLarge(probes, 'other/x')).toBe(probes);
});

test('a cluster that is not reached at all is not judged', () => {
  expect(ask(9, () => false, new Set(['north/n1'])).narrow).toEqual(['north']);
});
