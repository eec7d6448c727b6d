import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Author, author, authorityOf, hour, rotatedAuthorities, start } from '../../../test/exchange/author.ts';
import { receiver } from '../../../test/exchange/receiver.ts';
import { type AuthorityOrders, markOf, noOrders } from '../trust/authority-orders.ts';

const block = '10.0.0.0/24';
const at = new Date(start).toISOString();
const times = [start, start + hour, start + 2 * hour];
let pens: Author[];
let stranger: Author;
const pen = (index: number): Author => {
  const one = pens[index];
  if (one === undefined) throw new Error('no such author');
  return one;
};
const mark = (one: Author) => markOf(one.authority, at, 'ann');
const none = { none: true as const, at, by: 'ann' };
const claim = (index: number) => pen(index).claim([block], times[index]);
const ordered = (orders: AuthorityOrders) => {
  const here = receiver({ east: [block] });
  const order = (next: AuthorityOrders) => here.circumstances({ orders: (cluster) => (cluster === 'east' ? next : noOrders) });
  order(orders);
  return { here, order };
};

beforeEach(async () => {
  pens = (await rotatedAuthorities('east', ...times)).map((authority) => author(authority));
  stranger = author(await authorityOf('east'));
});

describe('an authority that is revoked', () => {
  it('counts for nothing at once, pinned or not, and what it pinned before is not followed', () => {
    const { here, order } = ordered(noOrders);
    here.show(claim(0));
    order({ accepted: none, revoked: [mark(pen(0))] });
    for (const notice of [claim(0), pen(0).node('n0', ['10.0.0.0/26']), claim(1), claim(2), pen(0).farewell(start + hour)])
      expect(here.show(notice).refusal, notice.kind).toBeDefined();
    expect(here.show(pen(0).claim([block], start + hour)).refusal).toMatchObject({
      code: 'AuthorityRevoked',
      message: expect.stringContaining(pen(0).authority.fingerprint) as string,
    });
    expect(here.show(claim(2)).refusal?.message).toContain(`kubeslice trust accept east ${pen(2).authority.fingerprint}`);
  });

  it('in the middle of rotations leads no further, and ends its overlap', () => {
    const { here, order } = ordered(noOrders);
    here.show(claim(0));
    order({ accepted: undefined, revoked: [mark(pen(1))] });
    expect(here.show(claim(2)).refusal?.code).toBe('AuthorityChanged');
    expect(here.pinned('east')).toBe(pen(0).authority.certificate);

    const other = ordered({ accepted: undefined, revoked: [mark(pen(1))] });
    other.here.show(claim(2), times[2]);
    expect(other.here.pinned('east')).toBe(pen(2).authority.certificate);
    for (const index of [0, 1])
      expect(other.here.show(pen(index).node('n0', ['10.0.0.0/26'], times[2]), times[2]).refusal?.code).toBe('BadSignature');
    expect(other.here.show(pen(2).node('n0', ['10.0.0.0/26'], times[2]), times[2]).refusal).toBeUndefined();
  });
});

describe('an authority that is accepted', () => {
  it('is pinned in place of none, as is one to which it was rotated, and no other', () => {
    for (const [shown, isPinned] of [
      [claim(0), false],
      [claim(1), true],
      [claim(2), true],
      [stranger.claim([block], times[1]), false],
      [{ ...stranger.claim([block], times[1]), rotations: claim(2).rotations }, false],
    ] as const) {
      const { here } = ordered({ accepted: mark(pen(1)), revoked: [] });
      const { refusal } = here.show({ ...shown, rotations: [...(shown.rotations ?? [])] }, times[2]);
      expect([refusal === undefined, here.pinned('east') !== undefined]).toEqual([isPinned, isPinned]);
      if (refusal !== undefined) expect(refusal.message).toContain(pen(1).authority.fingerprint);
    }
  });

  it('leads on from there, but not by way of one that is revoked', () => {
    const { here } = ordered({ accepted: mark(pen(0)), revoked: [mark(pen(1))] });
    expect(here.show(claim(2), times[2]).refusal?.code).toBe('AuthorityChanged');
    expect(here.show(claim(0), times[2]).refusal).toBeUndefined();
    expect(here.show(claim(2), times[2]).refusal?.code).toBe('AuthorityChanged');
  });
});

it('never pins what is revoked, whatever is shown in whatever order (property)', () => {
  const who = fc.nat(3);
  const authorOf = (index: number): Author => pens[index] ?? stranger;
  fc.assert(
    fc.property(
      fc.array(who, { maxLength: 10 }),
      fc.array(who, { minLength: 1, maxLength: 3 }),
      fc.option(who),
      (shown, revoked, accepted) => {
        const { here } = ordered({
          accepted: accepted === null ? undefined : mark(authorOf(accepted)),
          revoked: revoked.map((index) => mark(authorOf(index))),
        });
        for (const index of shown) {
          here.show(authorOf(index).claim([block], times[index]), times[2]);
          const pinned = here.pinned('east');
          for (const bad of revoked) expect(pinned).not.toBe(authorOf(bad).authority.certificate);
        }
      },
    ),
    { numRuns: 60 },
  );
});
