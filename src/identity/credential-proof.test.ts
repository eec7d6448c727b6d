import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { rotatedAuthorities, start } from '../../test/exchange/author.ts';
import { type Authority, openAuthority } from './authority.ts';
import { createAuthority } from './create-authority.ts';
import { answerProof, isProved, openAnswer, proveAuthority } from './credential-proof.ts';
import { ephemeralKey } from './sealed-box.ts';

const owner = { cluster: 'east', project: 'default' };
const challenge = Buffer.alloc(32, 7).toString('base64');
const credential = { token: 'secret-token', servers: ['https://hub:6443'], ca: 'PEM' };
let east: Authority;
let rogue: Authority;

beforeAll(async () => {
  const make = async (): Promise<Authority> =>
    openAuthority(await createAuthority(owner, Date.now(), (bytes) => randomBytes(bytes)), owner);
  [east, rogue] = await Promise.all([make(), make()]);
});

describe('a credential request', () => {
  it('is proved by the key of the authority, and its answer is for who made it', () => {
    const key = ephemeralKey();
    const request = proveAuthority(east, challenge, key);
    expect(isProved(request, east)).toBe(true);
    const answer = answerProof(request, owner, credential);
    expect(JSON.stringify(answer)).not.toContain('secret-token');
    expect(openAnswer(answer, request, key, owner)).toEqual(credential);
    expect(() => openAnswer(answer, request, ephemeralKey(), owner)).toThrow('not sealed for this request');
  });

  it.each([
    ['the key of another', () => proveAuthority(rogue, challenge, ephemeralKey())],
    ['another challenge', () => ({ ...proveAuthority(east, challenge, ephemeralKey()), challenge: 'AAAA' })],
    ['another public key', () => ({ ...proveAuthority(east, challenge, ephemeralKey()), publicKey: ephemeralKey().publicKey })],
    ['no signature', () => ({ ...proveAuthority(east, challenge, ephemeralKey()), signature: '' })],
    ['a signature that is no base64', () => ({ ...proveAuthority(east, challenge, ephemeralKey()), signature: '%' })],
  ])('is not proved with %s', (_, request) => expect(isProved(request(), east)).toBe(false));

  it('is not proved for another cluster or project', () => {
    const request = proveAuthority(east, challenge, ephemeralKey());
    expect(isProved(request, { ...east, cluster: 'west' })).toBe(false);
    expect(isProved(request, { ...east, project: 'shop' })).toBe(false);
  });

  it('is proved by the authority after rotations, and by none before it once the hub knows them', async () => {
    const [first, second, third] = await rotatedAuthorities('east', start, start, start);
    if (first === undefined || second === undefined || third === undefined) throw new Error('no authorities');
    const ask = (authority: Authority) => proveAuthority(authority, challenge, ephemeralKey());
    expect([first, second, third].map((one) => isProved(ask(one), first))).toEqual([true, true, true]);
    expect([first, second, third].map((one) => isProved(ask(one), first, second.rotations))).toEqual([false, true, true]);
    expect([first, second, third].map((one) => isProved(ask(one), first, third.rotations))).toEqual([false, false, true]);
    // A worker of an earlier version names no rotations.
    expect(isProved({ ...ask(third), rotations: undefined }, first, third.rotations)).toBe(true);
    expect(isProved({ ...ask(third), rotations: undefined }, first)).toBe(false);
    expect(isProved({ ...ask(rogue), rotations: third.rotations }, first)).toBe(false);
    // The cluster joined again, with another authority.
    expect(isProved(ask(rogue), rogue, third.rotations)).toBe(true);
  });

  it('with a key that is no point is refused', () => {
    for (const publicKey of ['', 'AAAA', Buffer.alloc(65, 4).toString('base64'), '%'])
      expect(() => answerProof({ challenge, publicKey, signature: '' }, owner, credential), publicKey).toThrow(/public key/);
  });

  it('takes no answer that was changed, or is for another request', () => {
    const key = ephemeralKey();
    const request = proveAuthority(east, challenge, key);
    const answer = answerProof(request, owner, credential);
    const sealed = Buffer.from(answer.sealed, 'base64');
    for (const position of [0, 12, sealed.length - 1]) {
      const bad = Buffer.from(sealed);
      bad[position] = (bad[position] ?? 0) ^ 1;
      expect(() => openAnswer({ ...answer, sealed: bad.toString('base64') }, request, key, owner)).toThrow('changed on the way');
    }
    expect(() => openAnswer({ ...answer, sealed: '' }, request, key, owner)).toThrow('too short');
    expect(() => openAnswer(answer, { ...request, challenge: 'AAAA' }, key, owner)).toThrow('not sealed for this request');
  });
});
