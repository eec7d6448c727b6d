import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeVote, encodeVotes, nodeToken, sameVotes, tokensIn, type Vote, voteOf, votesWithout } from './link-votes.ts';

const vote = fc.constantFrom<Vote>('Up', 'Down', 'Pending');

it('says of every node what was said', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 253 }), vote, { maxKeys: 60 }), (said) => {
      const votes = encodeVotes(new Map(Object.entries(said)));
      for (const [node, each] of Object.entries(said)) expect(decodeVote(votes, node)).toBe(each);
      expect(votes.up).toBe(Object.values(said).filter((each) => each === 'Up').length);
      expect(votes.down).toBe(Object.values(said).filter((each) => each === 'Down').length);
    }),
  );
});

it('counts what is left without some nodes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), vote, { maxKeys: 30 }), fc.nat(30), (said, number) => {
      const all = Object.entries(said);
      const left = all.slice(number).map(([, each]) => each);
      const tokens = new Set(all.slice(0, number).map(([node]) => nodeToken(node)));
      expect(votesWithout({ ...encodeVotes(new Map(all)) }, tokens)).toEqual({
        up: left.filter((each) => each === 'Up').length,
        down: left.filter((each) => each === 'Down').length,
      });
    }),
  );
});

const size = (of: (index: number) => Vote): number =>
  JSON.stringify(encodeVotes(new Map(Array.from({ length: 10_000 }, (_, index) => [`${'n'.repeat(240)}${index}`, of(index)])))).length;

it('stays small with ten thousand nodes of long names, whatever is wrong with them', () => {
  expect(size(() => 'Up')).toBeLessThan(100);
  expect(size(() => 'Down')).toBeLessThan(100);
  expect(size((index) => (index < 5_000 ? 'Up' : 'Down'))).toBeLessThan(41_000);
  expect(size((index) => (['Up', 'Down', 'Pending'] as const)[index % 3] ?? 'Up')).toBeLessThan(54_000);
});

it('says nothing about nodes before it has said something about one', () => {
  expect(decodeVote(encodeVotes(new Map()), 'n1')).toBe('Pending');
  expect(decodeVote(encodeVotes(new Map([['n1', 'Pending']])), 'n2')).toBe('Pending');
});

it('reads lists that somebody cut', () => {
  expect(tokensIn('aaaaaaaabbbb')).toEqual(['aaaaaaaa']);
});

it('counts a doubt as reached', () => {
  expect((['Up', 'Suspect', 'Down', 'Pending'] as const).map(voteOf)).toEqual(['Up', 'Up', 'Down', 'Pending']);
});

it('is the same report while only measurements and pending nodes differ', () => {
  const up = encodeVotes(new Map([['n1', 'Up']]));
  expect(sameVotes({ east: up }, { east: { ...up, worstRttMs: 3 } })).toBe(true);
  expect(
    sameVotes(
      { east: up },
      {
        east: {
          ...encodeVotes(
            new Map([
              ['n1', 'Up'],
              ['n2', 'Pending'],
            ]),
          ),
        },
      },
    ),
  ).toBe(true);
  expect(sameVotes({ east: up }, { east: encodeVotes(new Map([['n1', 'Down']])) })).toBe(false);
  expect(sameVotes({ east: up }, { east: up, west: up })).toBe(false);
  expect(sameVotes(undefined, {})).toBe(true);
});
