import { describe, expect, it } from 'vitest';
import { author, authorityOf, day, slice, start } from '../../../test/exchange/author.ts';
import { receiver } from '../../../test/exchange/receiver.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import { everySlice } from '../statement/statement.ts';
import { earlierTimes, farewellsIn, isFarewell, noticeOfFarewells } from './farewell.ts';

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

describe('a farewell to the members of every slice', () => {
  const claim = (now = start) => carrying(second.claim(['10.0.0.0/24'], now), first.lastFarewell(now));
  /** Judges a claim as a worker does: after the farewells that it carries, when its authority is not the one that is pinned. */
  const judge = (here: ReturnType<typeof receiver>, notice: NoticeSpec) => {
    const { refusal } = here.show(notice);
    if (refusal?.code !== 'AuthorityChanged') return refusal?.code;
    for (const farewell of farewellsIn(notice)) if (here.show(farewell).isEnd === true) return here.show(notice).refusal?.code;
    return refusal.code;
  };
  /** Knows east by a slice that is gone: of that it has the pinned authority, and nothing else. */
  const knowing = (authority = first.authority) => {
    const pins = new Map([['east', authority.certificate]]);
    const here = receiver({ east: ['10.0.0.0/24'] });
    here.circumstances({ pinned: (cluster) => here.pinned(cluster) ?? pins.get(cluster) });
    return here;
  };

  it('ends the authority that a member knows by a slice that is gone', () => {
    const here = knowing();
    expect(judge(here, second.claim(['10.0.0.0/24']))).toBe('AuthorityChanged');
    expect(judge(here, claim(start + 1_000))).toBeUndefined();
    expect(here.inForce('Cluster', 'east', 'east')?.body.caCertificate).toBe(second.authority.certificate);
  });

  it('ends everything that this authority stated in a slice that is there, also over a restart', () => {
    const here = receiver({ east: ['10.0.0.0/24'] });
    const before = first.claim(['10.0.0.0/24']);
    here.show(before);
    here.show(first.node('n1', ['10.0.0.0/26']));
    expect(here.show(first.lastFarewell(start + 1_000)).isEnd).toBe(true);
    expect(here.believes()).toEqual([]);
    here.restart();
    expect(here.believes()).toEqual([]);
    expect(here.show(before).refusal?.code).toBe('SerialNotHigher');
  });

  it('counts for nothing when the authority that is pinned did not sign it, went on after it, or signed it long ago', () => {
    expect(judge(knowing(third.authority), claim())).toBe('AuthorityChanged');
    const here = receiver({ east: ['10.0.0.0/24'] });
    const old = first.lastFarewell();
    here.show(first.claim(['10.0.0.0/24'], start + 1_000));
    expect(here.show(old).refusal?.code).toBe('SerialNotHigher');
    expect(judge(here, carrying(second.claim(['10.0.0.0/24']), old))).toBe('AuthorityChanged');
    const late = knowing();
    late.circumstances({ now: start + 8 * day });
    expect(judge(late, carrying(second.claim(['10.0.0.0/24'], start + 8 * day), old))).toBe('AuthorityChanged');
  });

  it('is the only statement that is not bound to a slice', () => {
    const here = receiver({ east: ['10.0.0.0/24'] });
    const body = { caCertificate: first.authority.certificate, blocks: ['10.0.0.0/24'] };
    expect(here.show(first.issue('Cluster', 'east', body, start, everySlice)).refusal?.code).toBe('WrongSlice');
    here.show(first.claim(['10.0.0.0/24']));
    here.show(first.node('n1', ['10.0.0.0/26']));
    expect(here.show(first.issue('Node', 'n1', undefined, start, everySlice)).refusal?.code).toBe('WrongSlice');
    const nearly = { ...everySlice, slice: slice.slice };
    expect(here.show(first.issue('Cluster', 'east', undefined, start, nearly)).refusal?.code).toBe('WrongSlice');
    expect(here.believes()).toEqual(['Cluster/east/east', 'Node/east/n1']);
  });

  it('is handed over as a list, of which nothing is taken that no notice could carry', () => {
    const { statement, signature } = first.lastFarewell();
    const one = { statement, signature };
    const read = (text: string) => noticeOfFarewells('east', text)?.farewells;
    expect(read(JSON.stringify([one, one]))).toEqual([one, one]);
    for (const text of ['', '{', '[1]', '{"0":1}', JSON.stringify(Array.from({ length: 9 }, () => one))])
      expect(read(text)).toBeUndefined();
    expect(read(JSON.stringify([{ statement: 'x'.repeat(2049), signature }]))).toBeUndefined();
    const notices = farewellsIn(noticeOfFarewells('east', JSON.stringify([one])) ?? first.claim([]));
    expect(known(notices)).toEqual({ farewells: [one], floor: serialOf(notices[0] ?? first.claim([])) });
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
