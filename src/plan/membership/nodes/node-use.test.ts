import { describe, expect, it } from 'vitest';
import { idleAfterMs, type NodeUseInput, planNodeUse } from './node-use.ts';

const use = ({ pods = [], off = [], ...rest }: { pods?: string[]; off?: string[] } & Partial<NodeUseInput>) =>
  planNodeUse({
    nodes: ['c', 'a', 'b'].map((node) => ({ node, serves: !off.includes(node) })),
    hasPod: (node) => pods.includes(node),
    holding: new Set(),
    idleSince: new Map(),
    now: 0,
    ...rest,
  });

describe('a slice needs', () => {
  it.each<[string, Parameters<typeof use>[0], string[]]>([
    ['the nodes with a pod', { pods: ['b', 'c'] }, ['b', 'c']],
    ['one node when no pod runs', {}, ['a']],
    ['the one that has blocks', { holding: new Set(['b']), idleSince: new Map([['b', -idleAfterMs]]) }, ['b']],
    [
      'one that serves rather than one with blocks',
      { holding: new Set(['a']), idleSince: new Map([['a', -idleAfterMs]]), off: ['a'] },
      ['b'],
    ],
    ['one that serves beside the node of a pod that does not', { pods: ['a'], off: ['a'] }, ['a', 'b']],
    ['any when none serves', { off: ['a', 'b', 'c'] }, ['a']],
    [
      'a node that had a pod within ten minutes',
      { pods: ['a'], holding: new Set(['b']), idleSince: new Map([['b', 1 - idleAfterMs]]) },
      ['a', 'b'],
    ],
    ['no longer', { pods: ['a'], holding: new Set(['b']), idleSince: new Map([['b', -idleAfterMs]]) }, ['a']],
    ['no node of a cluster without nodes', { nodes: [] }, []],
  ])('%s', (_, input, needed) => {
    expect([...use(input).needed].toSorted()).toEqual(needed);
  });

  it('a node for ten minutes after its last pod, and says when that ends', () => {
    const holding = new Set(['a', 'b']);
    const first = use({ pods: ['a'], holding });
    expect(first).toMatchObject({ needed: new Set(['a', 'b']), againMs: idleAfterMs });
    const later = use({ pods: ['a'], holding, idleSince: first.idleSince, now: 400_000 });
    expect(later.againMs).toBe(idleAfterMs - 400_000);
    // A pod in between starts the time anew.
    const busy = use({ pods: ['a', 'b'], holding, idleSince: later.idleSince, now: 500_000 });
    expect(busy).toMatchObject({ idleSince: new Map(), againMs: undefined });
    expect(use({ pods: ['a'], holding, idleSince: busy.idleSince, now: 700_000 }).againMs).toBe(idleAfterMs);
  });

  it('the place of a cluster for ten minutes more when another node replaces it', () => {
    const holding = new Set(['a', 'b']);
    const alone = use({ holding: new Set(['a']), idleSince: new Map([['a', 0]]), now: 5 * idleAfterMs });
    const replaced = use({ pods: ['b'], holding, idleSince: alone.idleSince, now: 5 * idleAfterMs + 1 });
    expect([...replaced.needed].toSorted()).toEqual(['a', 'b']);
    expect([...use({ pods: ['b'], holding, idleSince: replaced.idleSince, now: 6 * idleAfterMs }).needed]).toEqual(['b']);
  });
});
