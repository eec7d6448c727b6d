import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cidr, containsCidr, formatCidr, parseCidr } from '../values/cidr.ts';
import { areDisjoint, mergeCidrs } from '../values/cidr-space.ts';
import { type BlockDemand, type BlockGrant, grantBlocks, sizeOf } from './blocks.ts';

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
    let grant: BlockGrant = { held: [], retired: [], short: new Map(), dropped: [] };
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
