import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockUse, planRelease, releaseAfterMs, unusedBlocks } from './release-blocks.ts';

const granted = ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24'];
const long = new Map(granted.map((block) => [block, releaseAfterMs]));
const use = (more: Partial<BlockUse>): BlockUse => ({
  granted,
  released: [],
  nodes: [],
  idleMs: long,
  isShort: false,
  reserve: 256,
  ...more,
});

describe('blocks that are given back', () => {
  it.each([
    ['all but the first and a reserve', {}, ['10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24']],
    ['not what a node has a part of', { nodes: ['10.0.2.64/26'] }, ['10.0.1.0/24', '10.0.3.0/24']],
    [
      'not before the time',
      {
        idleMs: new Map([
          ['10.0.2.0/24', releaseAfterMs],
          ['10.0.3.0/24', releaseAfterMs - 1],
        ]),
      },
      ['10.0.2.0/24'],
    ],
    ['none while nodes are short, and those given back are used again', { isShort: true, released: ['10.0.3.0/24'] }, []],
    ['what was given back stays so', { released: ['10.0.1.0/24'], idleMs: new Map() }, ['10.0.1.0/24']],
    ['not what a node has got a part of since', { released: ['10.0.1.0/24'], idleMs: new Map(), nodes: ['10.0.1.0/26'] }, []],
    ['not what is not granted any more', { released: ['10.9.0.0/24'], idleMs: new Map() }, []],
    ['none when that would eat the reserve', { reserve: 1024 }, []],
  ])('%s', (_, more, expected) => expect(planRelease(use(more))).toEqual(expected));

  it('are never in use, never the first, and given back again when planned again', () => {
    const some = fc.subarray(granted);
    fc.assert(
      fc.property(some, some, some, fc.boolean(), fc.constantFrom(0, 64, 256, 512), (released, idle, nodes, isShort, reserve) => {
        const before = use({
          released,
          nodes: nodes.map((block) => block.replace('/24', '/26')),
          idleMs: new Map(idle.map((block) => [block, releaseAfterMs])),
          isShort,
          reserve,
        });
        const back = planRelease(before);
        expect(back).not.toContain(granted[0]);
        expect(unusedBlocks(back, before.nodes)).toEqual(back);
        expect(planRelease({ ...before, released: back })).toEqual(back);
      }),
    );
  });
});
