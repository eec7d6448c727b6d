import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cidr, containsCidr, formatCidr, parseCidr } from '../../values/address/cidr.ts';
import { areDisjoint, mergeCidrs } from '../../values/address/cidr-space.ts';
import { type BlockDemand, type BlockGrant, fairShare, grantBlocks, sizeOf } from './blocks.ts';

type Text = Record<string, string[]>;
const demand = (space: string[], held: Text, retired: [string, string][], wants: Record<string, number>, unit = 8): BlockDemand => ({
  space: space.map(parseCidr),
  held: Object.entries(held).map(([owner, blocks]) => ({ owner, blocks: blocks.map(parseCidr) })),
  retired: retired.map(([owner, block]) => ({ owner, block: parseCidr(block) })),
  wants: new Map(Object.entries(wants)),
  unit,
});
const heldText = (grant: BlockGrant): Text => Object.fromEntries(grant.held.map(({ owner, blocks }) => [owner, blocks.map(formatCidr)]));
const retiredText = (grant: BlockGrant) => grant.retired.map(({ owner, block }) => `${owner} ${formatCidr(block)}`);
const shortText = (grant: BlockGrant) => Object.fromEntries(grant.short);

const net = ['10.0.0.0/27'];

describe('grantBlocks', () => {
  it('gives everybody a unit, by name', () => {
    const grant = grantBlocks(demand(net, {}, [], { b: 0, a: 0 }));
    expect(heldText(grant)).toEqual({ a: ['10.0.0.0/29'], b: ['10.0.0.8/29'] });
  });

  it('grows by further blocks and leaves what is there', () => {
    const grant = grantBlocks(demand(net, { a: ['10.0.0.8/29'], b: ['10.0.0.0/29'] }, [], { a: 17, b: 1 }));
    expect(heldText(grant)).toEqual({ a: ['10.0.0.8/29', '10.0.0.16/28'], b: ['10.0.0.0/29'] });
  });

  it('serves first units before growth', () => {
    const grant = grantBlocks(demand(net, {}, [], { a: 999, b: 0, c: 0, d: 0 }));
    expect(heldText(grant)).toEqual({ a: ['10.0.0.0/29'], b: ['10.0.0.8/29'], c: ['10.0.0.16/29'], d: ['10.0.0.24/29'] });
    expect(shortText(grant)).toEqual({ a: 992 });
  });

  it('gives the largest pieces that are left when no whole unit is', () => {
    const grant = grantBlocks(demand(['10.0.0.0/30', '10.0.0.16/31', '10.0.0.20/32'], {}, [], { a: 0 }));
    expect(heldText(grant)).toEqual({ a: ['10.0.0.0/30', '10.0.0.16/31', '10.0.0.20/32'] });
    expect(shortText(grant)).toEqual({ a: 1 });
  });

  it('gives nobody more blocks than may be listed', () => {
    const space = ['10.0.0.0/32', '10.0.0.2/32', '10.0.0.4/32'];
    const grant = grantBlocks({ ...demand(space, {}, [], { a: 0 }), mostBlocks: 2 });
    expect(heldText(grant)).toEqual({ a: ['10.0.0.0/32', '10.0.0.2/32'] });
    expect(shortText(grant)).toEqual({ a: 6 });
  });

  it('takes the lowest place that fits', () => {
    const grant = grantBlocks(demand(['10.0.1.0/27', '10.0.0.0/30'], {}, [], { a: 0 }));
    expect(heldText(grant)).toEqual({ a: ['10.0.1.0/29'] });
  });

  it('retires the blocks of those who are gone, behind earlier ones', () => {
    const grant = grantBlocks(demand(net, { b: ['10.0.0.8/29'], a: ['10.0.0.16/29'] }, [['z', '10.0.0.0/29']], {}));
    expect(heldText(grant)).toEqual({});
    expect(retiredText(grant)).toEqual(['z 10.0.0.0/29', 'a 10.0.0.16/29', 'b 10.0.0.8/29']);
  });

  it('reuses retired blocks last, the longest retired first', () => {
    const retired: [string, string][] = [
      ['y', '10.0.0.8/29'],
      ['x', '10.0.0.0/29'],
    ];
    expect(heldText(grantBlocks(demand(net, {}, retired, { a: 0, b: 0 })))).toEqual({ a: ['10.0.0.16/29'], b: ['10.0.0.24/29'] });
    const third = grantBlocks(demand(net, {}, retired, { a: 0, b: 0, c: 0 }));
    expect(heldText(third)).toMatchObject({ c: ['10.0.0.8/29'] });
    expect(retiredText(third)).toEqual(['x 10.0.0.0/29']);
  });

  it('gives a returning owner its blocks again', () => {
    const grant = grantBlocks(demand(net, {}, [['a', '10.0.0.16/29']], { a: 0, b: 0 }));
    expect(heldText(grant)).toEqual({ a: ['10.0.0.16/29'], b: ['10.0.0.0/29'] });
    expect(retiredText(grant)).toEqual([]);
  });

  it('does not honour blocks that cannot be', () => {
    const grant = grantBlocks(
      demand(net, { a: ['10.0.0.0/29'], b: ['10.0.0.0/28', '10.9.0.0/29'] }, [['c', '10.0.0.4/30']], { a: 0, b: 0 }),
    );
    expect(heldText(grant)).toEqual({ a: ['10.0.0.0/29'], b: ['10.0.0.8/29'] });
    expect(grant.dropped.map(({ owner, block }) => `${owner} ${formatCidr(block)}`)).toEqual(['b 10.0.0.0/28', 'b 10.9.0.0/29']);
    expect(retiredText(grant)).toEqual([]);
  });

  it('honours a block that spans neighbouring blocks of the space', () => {
    const grant = grantBlocks(demand(['10.0.0.0/29', '10.0.0.8/29'], { a: ['10.0.0.0/28'] }, [], { a: 0 }));
    expect(heldText(grant)).toEqual({ a: ['10.0.0.0/28'] });
  });
});

describe('over any history', () => {
  const owner = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  /** What the owners want, step by step: who is not named is gone. */
  const history = fc.array(fc.dictionary(owner, fc.integer({ min: 0, max: 40 }), { maxKeys: 6 }), { minLength: 1, maxLength: 8 });
  const spaces = fc.constantFrom<string[]>(['10.0.0.0/26'], ['10.0.0.0/28'], ['10.0.0.0/27', '10.0.0.64/30', '10.0.1.0/32']);
  const unit = fc.constantFrom(1, 2, 4, 8, 16);

  const run = (
    space: string[],
    steps: Record<string, number>[],
    unit: number,
    see: (before: BlockGrant, after: BlockGrant, wants: Record<string, number>) => void,
  ) => {
    let grant: BlockGrant = { held: [], retired: [], short: new Map(), withheld: new Map(), dropped: [] };
    for (const wants of steps) {
      const next = grantBlocks({ ...grant, space: space.map(parseCidr), wants: new Map(Object.entries(wants)), unit });
      see(grant, next, wants);
      grant = next;
    }
  };
  const blocksOf = (grant: BlockGrant): Cidr[] => [
    ...grant.held.flatMap(({ blocks }) => blocks),
    ...grant.retired.map(({ block }) => block),
  ];

  it('blocks never overlap, never leave the space, and nothing is dropped', () => {
    fc.assert(
      fc.property(spaces, history, unit, (space, steps, unit) => {
        run(space, steps, unit, (_before, after) => {
          expect(areDisjoint(blocksOf(after))).toBe(true);
          const whole = mergeCidrs(space.map(parseCidr));
          for (const block of blocksOf(after)) expect(whole.some((part) => containsCidr(part, block))).toBe(true);
          expect(after.dropped).toEqual([]);
        });
      }),
    );
  });

  it('blocks never move: who stays keeps its blocks in their order, further ones come behind', () => {
    fc.assert(
      fc.property(spaces, history, unit, (space, steps, unit) => {
        run(space, steps, unit, (before, after, wants) => {
          for (const { owner, blocks } of before.held) {
            if (wants[owner] === undefined) continue;
            const now = after.held.find((holding) => holding.owner === owner)?.blocks ?? [];
            expect(now.slice(0, blocks.length)).toEqual(blocks);
          }
        });
      }),
    );
  });

  it('everybody gets what it wants, or nothing is left', () => {
    fc.assert(
      fc.property(spaces, history, unit, (space, steps, unit) => {
        run(space, steps, unit, (_before, after, wants) => {
          for (const [owner, want] of Object.entries(wants)) {
            const size = sizeOf(after.held.find((holding) => holding.owner === owner)?.blocks ?? []);
            expect(size + (after.short.get(owner) ?? 0)).toBeGreaterThanOrEqual(Math.max(want, unit));
          }
          if (after.short.size === 0) return;
          expect(sizeOf(after.held.flatMap(({ blocks }) => blocks))).toBe(sizeOf(mergeCidrs(space.map(parseCidr))));
        });
      }),
    );
  });

  it('granting what was granted changes nothing, and no order of the input matters', () => {
    fc.assert(
      fc.property(spaces, history, unit, (space, steps, unit) => {
        run(space, steps, unit, (before, after, wants) => {
          const again = grantBlocks({ ...after, space: space.map(parseCidr), wants: new Map(Object.entries(wants)), unit });
          expect(again).toEqual(after);
          const reversed = grantBlocks({
            held: before.held.toReversed(),
            retired: before.retired,
            space: space.map(parseCidr).toReversed(),
            wants: new Map(Object.entries(wants).toReversed()),
            unit,
          });
          expect(reversed).toEqual(after);
        });
      }),
    );
  });

  it('a retired block is not reused while anything else is free', () => {
    fc.assert(
      fc.property(spaces, history, unit, (space, steps, unit) => {
        run(space, steps, unit, (before, after, wants) => {
          const whole = sizeOf(mergeCidrs(space.map(parseCidr)));
          const leaving = before.held.flatMap(({ owner, blocks }) => blocks.map((block) => ({ owner, block })));
          const waiting = [...before.retired, ...leaving].filter(({ owner }) => wants[owner] === undefined);
          const reused = waiting.filter(({ block }) => !after.retired.some((entry) => formatCidr(entry.block) === formatCidr(block)));
          if (reused.length === 0) return;
          // Everything but the last reused block is in use or still retired.
          const last = reused.at(-1)?.block;
          expect(sizeOf(blocksOf(after))).toBeGreaterThan(whole - sizeOf(last === undefined ? [] : [last]));
        });
      }),
    );
  });
});

describe('a fair share', () => {
  it.each([
    ['alone: half, so that another can come', 240, 1, 0, 120],
    ['of two, with nothing held: half', 240, 2, 0, 120],
    ['of two, when the other has a little: its half', 240, 2, 16, 120],
    ['of ten, with little held: half of the rest', 240, 10, 144, 48],
    ['of ten, with most held: its tenth, in whole units', 240, 10, 208, 24],
    ['of many: one unit', 240, 100, 240, 8],
  ])('%s', (_, total, owners, heldByOthers, share) => expect(fairShare(total, owners, heldByOthers, 8)).toBe(share));

  it('keeps who wants everything from taking what others need for their part, and is kept when planned again', () => {
    const owner = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const wants = fc.dictionary(owner, fc.integer({ min: 0, max: 2_000_000_000 }), { minKeys: 1 });
    fc.assert(
      fc.property(wants, wants, (first, second) => {
        const space = ['10.0.0.0/24', '10.0.1.0/25'];
        const one = grantBlocks({ ...demand(space, {}, [], first), isFair: true });
        const held = { space: space.map(parseCidr), held: one.held, retired: one.retired, unit: 8, isFair: true };
        const again = grantBlocks({ ...held, wants: new Map(Object.entries(first)) });
        expect(heldText(again)).toEqual(heldText(one));
        const two = grantBlocks({ ...held, wants: new Map(Object.entries(second)) });
        const total = sizeOf(held.space);
        for (const grant of [one, two]) {
          const sizes = new Map(grant.held.map(({ owner, blocks }) => [owner, sizeOf(blocks)]));
          const owners = grant === one ? Object.keys(first).length : Object.keys(second).length;
          const all = [...sizes.values()].reduce((sum, size) => sum + size, 0);
          expect(areDisjoint(grant.held.flatMap(({ blocks }) => blocks))).toBe(true);
          for (const [owner, size] of sizes) {
            const before = grant === one ? 0 : sizeOf(one.held.find((holding) => holding.owner === owner)?.blocks ?? []);
            expect(size).toBeLessThanOrEqual(
              Math.max(before, fairShare(total, owners, all - size, 8), Math.floor(total / Math.max(2, owners)), total / 2),
            );
          }
          // Whoever wants its part of the whole has it, unless another had taken more before.
          if (grant === one)
            for (const [owner, want] of Object.entries(first))
              expect(sizes.get(owner) ?? 0).toBeGreaterThanOrEqual(Math.min(want, Math.floor(total / Math.max(2, owners) / 8) * 8));
        }
      }),
    );
  });
});
