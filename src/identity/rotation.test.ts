import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { authorityOf, hour, rotatedAuthorities, start } from '../../test/exchange/author.ts';
import { maxRotationCertificate, maxRotations, type Rotation } from '../api/rotations.ts';
import type { Authority, AuthorityFiles } from './authority.ts';
import { createAuthority } from './create-authority.ts';
import { rotateAuthority } from './rotate-authority.ts';
import { crossSign, overlapMs, overlapping, predecessorsOf, successorsOf } from './rotation.ts';
import { authorityData, joinedCertificate, readAuthorityData } from './stored-authority.ts';

const owner = { cluster: 'east', project: 'default' };
let chain: Authority[];
let strangers: Authority[];
let other: Authority;

beforeAll(async () => {
  chain = await rotatedAuthorities('east', start, start + hour, start + 2 * hour, start + 3 * hour);
  strangers = await rotatedAuthorities('east', start, start + hour);
  other = await authorityOf('west');
});

const at = (index: number): Authority => {
  const one = chain[index];
  if (one === undefined) throw new Error('no such authority');
  return one;
};
const rotations = (): readonly Rotation[] => at(3).rotations;
/** Which of the chain these are, by their keys. */
const which = (roots: readonly { readonly publicKey: Authority['publicKey'] }[]): number[] =>
  roots.map(({ publicKey }) => chain.findIndex((one) => one.publicKey.equals(publicKey)));

describe('rotations', () => {
  it('lead from each authority to all that follow, and back', () => {
    expect([0, 1, 2, 3].map((index) => which(successorsOf(at(index), rotations())))).toEqual([[1, 2, 3], [2, 3], [3], []]);
    expect([0, 1, 2, 3].map((index) => which(predecessorsOf(at(index), rotations())))).toEqual([[], [0], [1, 0], [2, 1, 0]]);
  });

  it('lead nowhere from an authority that is no part of them, nor for another cluster', () => {
    const [stranger] = strangers;
    if (stranger === undefined) throw new Error('no stranger');
    expect(successorsOf(stranger, rotations())).toEqual([]);
    expect(successorsOf({ ...at(0), cluster: 'west' }, rotations())).toEqual([]);
    expect(successorsOf({ ...at(0), project: 'other' }, rotations())).toEqual([]);
    expect(successorsOf(other, rotations())).toEqual([]);
  });

  it('need both signatures: the old authority names no foreign key, and a foreign one takes no old name', () => {
    const [first, , , last] = chain;
    const [stranger] = strangers;
    if (first === undefined || last === undefined || stranger === undefined) throw new Error('no authorities');
    const honest = crossSign(first, last, start, randomBytes);
    const forged = crossSign(stranger, last, start, randomBytes);
    expect(which(successorsOf(first, [honest]))).toEqual([3]);
    for (const mixed of [
      forged,
      { ...honest, oldWithNew: forged.oldWithNew },
      { ...honest, newWithOld: forged.newWithOld },
      { newWithOld: honest.oldWithNew, oldWithNew: honest.newWithOld },
      { ...honest, oldWithNew: first.certificate },
      { ...honest, newWithOld: last.certificate },
      { ...honest, oldWithNew: '' },
      { ...honest, newWithOld: `${honest.newWithOld}${' '.repeat(maxRotationCertificate)}` },
    ]) {
      expect(successorsOf(first, [mixed])).toEqual([]);
      if (mixed !== forged) expect(predecessorsOf(last, [mixed])).toEqual([]);
    }
  });

  it('lead only forward, whatever a hub leaves out, repeats, reorders or mixes in (property)', () => {
    const foreign = strangers[1]?.rotations ?? [];
    const pool = [...rotations(), ...foreign];
    fc.assert(
      fc.property(fc.array(fc.nat(pool.length - 1), { maxLength: 12 }), fc.nat(3), (picks, from) => {
        const shown = picks.flatMap((index) => pool[index] ?? []);
        const reached = which(successorsOf(at(from), shown));
        expect(reached).toEqual(Array.from({ length: reached.length }, (_, index) => from + 1 + index));
        // With everything in its place somewhere in the list, it leads to the end.
        const whole = [...shown, ...rotations()];
        expect(which(successorsOf(at(from), whole)).at(-1)).toBe(from === 3 ? undefined : 3);
        expect(which(predecessorsOf(at(3), whole)).slice(0, 3)).toEqual([2, 1, 0]);
      }),
      { numRuns: 30 },
    );
  });

  it('end in a circle as at the end of the list', () => {
    const circle = [...rotations(), crossSign(at(3), at(0), start, randomBytes)];
    expect(which(successorsOf(at(0), circle))).toEqual([1, 2, 3, 0]);
    expect(which(predecessorsOf(at(3), circle))).toEqual([2, 1, 0]);
  });

  it('let the earlier authority count until the last certificate that it signed has ended', () => {
    const [, second] = chain;
    if (second === undefined) throw new Error('no second');
    const rotated = start + hour;
    const ends = (now: number) => which(overlapping(second, second.rotations, now));
    expect([ends(rotated), ends(rotated + overlapMs), ends(rotated + overlapMs + 1000), ends(rotated - hour)]).toEqual([[0], [0], [], []]);
  });
});

describe('an authority that is rotated', () => {
  it('is stored with its rotations and the certificate with which the cluster joined, and without the old key', async () => {
    const first = await createAuthority(owner, start, randomBytes);
    const second = await rotateAuthority(first, owner, start + hour, randomBytes);
    const third = await rotateAuthority(second, owner, start + 2 * hour, randomBytes);
    const data = authorityData(third);
    const stored = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
    expect(readAuthorityData(stored)).toEqual(third);
    expect(joinedCertificate(third)).toBe(first.certificate);
    expect(joinedCertificate(first)).toBe(first.certificate);
    expect(JSON.stringify(third)).not.toContain(first.privateKey.split('\n')[1]);
    expect(third.rotations).toHaveLength(2);
    expect(readAuthorityData({ ...stored, rotations: 'e30=' })?.rotations).toEqual([]);
    expect(readAuthorityData({})).toBeUndefined();
  });

  it(`is refused after ${maxRotations} times`, async () => {
    let files: AuthorityFiles = await createAuthority(owner, start, randomBytes);
    for (let count = 0; count < maxRotations; count += 1) files = await rotateAuthority(files, owner, start, randomBytes);
    for (const { newWithOld, oldWithNew } of files.rotations ?? [])
      expect(Math.max(newWithOld.length, oldWithNew.length)).toBeLessThan(maxRotationCertificate);
    await expect(rotateAuthority(files, owner, start, randomBytes)).rejects.toThrow('was rotated 8 times already');
  });
});
