import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Author, author, day, hour, nodeBody, rotatedAuthorities, slice, start } from '../../../test/exchange/author.ts';
import { receiver } from '../../../test/exchange/receiver.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import { createSigners } from '../../identity/create-signer.ts';
import { crossSign, overlapMs } from '../../identity/rotation.ts';
import { issueStatement } from '../trust/issue.ts';

const block = '10.0.0.0/24';
let pens: Author[];
const pen = (index: number): Author => {
  const one = pens[index];
  if (one === undefined) throw new Error('no such author');
  return one;
};
const rotatedAt = [start, start + hour, start + 2 * hour, start + 3 * hour];
const claim = (index: number, now = rotatedAt[index] ?? start): NoticeSpec => pen(index).claim([block], now);
const node = (index: number, name: string, now = rotatedAt[index] ?? start): NoticeSpec => {
  const last = Number(name.slice(1));
  return pen(index).node(name, [`10.0.0.${64 * last}/26`], now);
};
const pinned = (here: ReturnType<typeof receiver>): number =>
  pens.findIndex(({ authority }) => authority.certificate === here.pinned('east'));

beforeEach(async () => {
  pens = (await rotatedAuthorities('east', ...rotatedAt)).map((authority) => author(authority));
});

describe('a cluster that rotates its authority', () => {
  it('is followed without anybody, and what it published stays in force', () => {
    const here = receiver({ east: [block] });
    for (const notice of [claim(0), node(0, 'n0'), node(0, 'n1')]) here.show(notice);
    const before = here.believes();
    expect(here.show(claim(1)).refusal).toBeUndefined();
    expect(pinned(here)).toBe(1);
    expect(here.believes()).toEqual(before);
    expect(here.show(node(1, 'n0')).refusal).toBeUndefined();
    here.restart();
    expect([here.believes(), pinned(here)]).toEqual([before, 1]);
  });

  it('is followed over rotations that were missed, and by the farewell of its last authority', () => {
    const here = receiver({ east: [block] });
    here.show(claim(0));
    expect(here.show(claim(3)).refusal).toBeUndefined();
    expect(pinned(here)).toBe(3);
    const away = receiver({ east: [block] });
    away.show(claim(0));
    const { statement, signature } = pen(3).farewell(start + 4 * hour);
    expect(away.show({ ...claim(3), statement, signature }).isEnd).toBe(true);
  });

  it('is not led back by what it published before, with or without its rotations', () => {
    const here = receiver({ east: [block] });
    const old = [claim(0), claim(1), claim(2)];
    for (const notice of [...old, claim(3)]) here.show(notice);
    for (const notice of old) {
      const { rotations = [] } = claim(3);
      for (const shown of [notice, { ...notice, rotations }, { ...notice, rotations: rotations.toReversed() }])
        expect(here.show(shown).refusal).toBeDefined();
      expect(pinned(here)).toBe(3);
    }
  });

  it('is refused with both fingerprints and the way out when the old authority did not sign', () => {
    const here = receiver({ east: [block] });
    here.show(claim(0));
    const { rotations: _, ...bare } = claim(1);
    const refusal = here.show(bare).refusal;
    expect(refusal?.code).toBe('AuthorityChanged');
    for (const part of ['"east"', pen(0).authority.fingerprint, pen(1).authority.fingerprint, 'kubeslice trust accept east sha256:'])
      expect(refusal?.message).toContain(part);
    expect(pinned(here)).toBe(0);
    // Cut in the middle.
    expect(here.show({ ...claim(3), rotations: (claim(3).rotations ?? []).toSpliced(1, 1) }).refusal?.code).toBe('AuthorityChanged');
  });

  it('may still publish what its earlier authority signed, until the overlap ends', () => {
    const here = receiver({ east: [block] });
    here.show(claim(1));
    const late = rotatedAt[1] ?? 0;
    expect(here.show(node(0, 'n0', late), late).refusal).toBeUndefined();
    const signed = issueStatement(
      pen(0).authority,
      { kind: 'Node', ...slice, subject: 'n2', body: nodeBody('n2', ['10.0.0.128/26']), serial: late * 1000 },
      late,
      createSigners(pen(0).authority, randomBytes)(late),
    ).signed;
    const below = { cluster: 'east', kind: 'Node' as const, subject: 'n2', ...signed, chain: [...(signed.chain ?? [])] };
    expect(here.show(below, late).refusal).toBeUndefined();
    const after = late + overlapMs + hour;
    expect(here.show(node(0, 'n1', after), after).refusal?.code).toBe('BadSignature');
    expect(here.show(node(1, 'n1', after), after).refusal).toBeUndefined();
    // A farewell by the earlier one ends nothing.
    expect(here.show(pen(0).farewell(after), late).refusal?.code).toBe('BadSignature');
  });

  it('is followed whatever the order, with losses, repetitions and restarts, and never back (property)', () => {
    const steps = fc.array(fc.record({ of: fc.nat(3), what: fc.constantFrom('claim', 'node', 'restart') }), { maxLength: 20 });
    fc.assert(
      fc.property(steps, (all) => {
        const here = receiver({ east: [block] });
        // From the first on, whatever it is.
        let last = -1;
        for (const { of, what } of all) {
          if (what === 'restart') here.restart();
          else here.show(what === 'claim' ? claim(of) : node(of, `n${of}`), start + 4 * hour);
          expect(pinned(here)).toBeGreaterThanOrEqual(last);
          last = pinned(here);
        }
        expect(here.show(claim(3, start + day), start + day).refusal).toBeUndefined();
        expect(pinned(here)).toBe(3);
        expect(here.show(node(3, 'n0', start + day), start + day).refusal).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('that rotated twice at once, as from a copy, is followed to the first that is seen and not from there to the other', async () => {
    const [first] = pens;
    if (first === undefined) throw new Error('no first');
    const forks = await Promise.all(
      [1, 2].map(async () => {
        const [, second] = await rotatedFrom(first);
        return author(second);
      }),
    );
    for (const order of [forks, forks.toReversed()]) {
      const here = receiver({ east: [block] });
      here.show(claim(0));
      const [one, two] = order.map((fork) => fork.claim([block], start + hour));
      if (one === undefined || two === undefined) throw new Error('no forks');
      expect(here.show(one).refusal).toBeUndefined();
      const both = { ...two, rotations: [...(one.rotations ?? []), ...(two.rotations ?? [])] };
      for (const shown of [two, both]) expect(here.show(shown).refusal?.code).toBe('AuthorityChanged');
      expect(here.pinned('east')).toBe(order[0]?.authority.certificate);
    }
  });
});

/** Two authorities of east, of which the first is a given one and the second another rotation of it each time. */
const rotatedFrom = async ({ authority }: Author) => {
  const [, second] = await rotatedAuthorities('east', start, start + hour);
  if (second === undefined) throw new Error('no second');
  return [authority, { ...second, rotations: [crossSign(authority, second, start + hour, randomBytes)] }] as const;
};
