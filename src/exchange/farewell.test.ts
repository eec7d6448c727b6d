import { describe, expect, it } from 'vitest';
import { author, authorityOf, day, slice, start } from '../../test/exchange/author.ts';
import { receiver } from '../../test/exchange/receiver.ts';
import type { NoticeSpec } from '../api/notice/type.ts';
import { earlierTimes, farewellsIn, isFarewell } from './farewell.ts';

const [first, second, third] = await Promise.all(['east', 'east', 'east'].map(async (name) => author(await authorityOf(name))));
if (first === undefined || second === undefined || third === undefined) throw new Error('no authors');
const west = author(await authorityOf('west'));
const serialOf = ({ statement }: NoticeSpec): number => JSON.parse(statement).serial;
const carrying = (claim: NoticeSpec, ...farewells: NoticeSpec[]): NoticeSpec => ({
  ...claim,
  farewells: farewells.map(({ statement, signature }) => ({ statement, signature })),
});
const known = (notices: readonly NoticeSpec[], now = start) => earlierTimes(notices, second.authority, slice, now);

describe('a farewell', () => {
  it('is the tombstone of a cluster about itself, and nothing that only looks like one', () => {
    expect(isFarewell(first.farewell())).toBe(true);
    expect(isFarewell(first.claim(['10.0.0.0/24']))).toBe(false);
    expect(isFarewell(first.withdraw('Node', 'n1'))).toBe(false);
    for (const statement of ['', '{"withdrawn":true}', '"\\"withdrawn\\":true"', `${first.farewell().statement}x`])
      expect(isFarewell({ kind: 'Cluster', statement })).toBe(false);
  });

  it('is carried as the notice that it was, the latest first, and only by a statement of a cluster about itself', () => {
    const [one, two] = [first.farewell(), second.farewell()];
    expect(farewellsIn(carrying(third.claim([]), one, two))).toEqual([two, one]);
    expect(farewellsIn(carrying(third.node('n1', ['10.0.0.0/26']), one))).toEqual([]);
  });

  it('counts for who has its authority pinned, after all that is known of it, and for nobody else', () => {
    const here = receiver({ east: ['10.0.0.0/24'] });
    const old = first.farewell();
    here.show(first.claim(['10.0.0.0/24']));
    // The authority went on after it: a leave that was broken off.
    expect(here.show(old).refusal?.code).toBe('SerialNotHigher');
    expect(here.show(second.farewell()).refusal?.code).toBe('BadSignature');
    expect(here.show(second.claim(['10.0.0.0/24'])).refusal?.code).toBe('AuthorityChanged');
    const [latest] = farewellsIn(carrying(second.claim(['10.0.0.0/24']), first.farewell()));
    expect(latest === undefined ? undefined : here.show(latest).isEnd).toBe(true);
    expect(here.show(second.claim(['10.0.0.0/24'], start + 1_000)).refusal).toBeUndefined();
    expect(here.pinned('east')).toBe(second.authority.certificate);
  });
});

describe('a cluster that joined again', () => {
  it('knows nothing of before when there is nothing', () => {
    expect(known([])).toEqual({ farewells: [], floor: 0 });
    expect(known([second.claim(['10.0.0.0/24'])])).toEqual({ farewells: [], floor: 0 });
  });

  it('carries the farewell that its claim is written over, and those that this one carried', () => {
    const [zeroth, last] = [third.farewell(), first.farewell()];
    const { farewells, floor } = known([carrying(last, zeroth)]);
    expect(farewells.map(({ statement }) => statement)).toEqual(
      [zeroth.statement, last.statement].toSorted((a, b) => JSON.parse(a).serial - JSON.parse(b).serial),
    );
    expect(floor).toBe(Math.max(serialOf(last), serialOf(zeroth)));
  });

  it('goes on to carry it, and names the floor for longer than that', () => {
    const last = first.farewell();
    const { farewells, floor } = known([last]);
    const claim = { ...second.claim(['10.0.0.0/24'], start, floor), farewells: [...farewells] };
    expect(known([claim])).toEqual({ farewells, floor });
    const late = start + 8 * day;
    const renewed = { ...second.claim(['10.0.0.0/24'], late, floor), farewells: [...farewells] };
    expect(known([renewed], late)).toEqual({ farewells: [], floor });
  });

  it.each<[string, NoticeSpec]>([
    ['of another slice', author(first.authority, { sliceUID: 'another' }).farewell()],
    ['of another cluster', west.farewell()],
    ['with a serial that no clock gives', author(first.authority, { serial: Number.MAX_SAFE_INTEGER - 1 }).farewell()],
  ])('takes no farewell %s', (_, notice) => expect(known([notice])).toEqual({ farewells: [], floor: 0 }));

  it('does not carry its own, but counts from it: it joined again with the authority that it had', () => {
    const own = author(second.authority).farewell();
    expect(known([own])).toEqual({ farewells: [], floor: serialOf(own) });
  });

  it('carries eight at the most, the latest', () => {
    const many = Array.from({ length: 10 }, () => first.farewell());
    expect(known(many).farewells.map(({ statement }) => statement)).toEqual(many.slice(-8).map(({ statement }) => statement));
  });
});
