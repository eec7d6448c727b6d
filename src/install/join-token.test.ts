import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../values/failure.ts';
import { decodeJoinToken, encodeJoinToken, type JoinToken } from './join-token.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const token: JoinToken = {
  server: 'https://hub:6443',
  ca: 'PEM',
  project: 'default',
  namespace: 'default',
  cluster: 'east',
  bearer: 'a.b.c',
  expiresAt: now + 3_600_000,
};
const word = encodeJoinToken(token);

describe('a join token', () => {
  it('is one word that comes back as it was', () => {
    expect(word).toMatch(/^kubeslice1\.[A-Za-z0-9_-]+$/);
    expect(decodeJoinToken(word, 'east', now)).toEqual(token);
    expect(decodeJoinToken(`  ${word}\n`, 'east', now)).toEqual(token);
  });

  it.each([
    ['for another cluster', word, 'west', now, '--token is for cluster "east", not for "west"; join as "east", or create a new one'],
    [
      'expired',
      word,
      'east',
      token.expiresAt,
      '--token expired at 2026-01-01T01:00:00.000Z; create a new one with "kubeslice token create east"',
    ],
    ['something else', 'eyJhbGciOi', 'east', now, 'does not begin with "kubeslice1."'],
    ['empty', '', 'east', now, 'does not begin with "kubeslice1."'],
    ['without content', 'kubeslice1.', 'east', now, 'is damaged'],
    ['not what it should hold', `kubeslice1.${Buffer.from('null').toString('base64url')}`, 'east', now, 'is damaged'],
    ['without a field', encodeJoinToken({ ...token, bearer: undefined as never }), 'east', now, 'is damaged'],
  ])('that is %s is refused', (_, text, cluster, at, why) => {
    const decode = () => decodeJoinToken(text, cluster, at);
    expect(decode).toThrow(why);
    expect(decode).toThrow(Failure);
  });

  it('that is cut off anywhere is refused as damaged, never half used', () => {
    fc.assert(
      fc.property(fc.integer({ min: 'kubeslice1.'.length, max: word.length - 2 }), (length) => {
        expect(() => decodeJoinToken(word.slice(0, length), 'east', now)).toThrow('is damaged');
      }),
    );
  });
});
