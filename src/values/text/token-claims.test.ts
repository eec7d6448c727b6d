import { describe, expect, it } from 'vitest';
import { tokenClaims } from './token-claims.ts';

const token = (payload: string): string => `header.${Buffer.from(payload).toString('base64url')}.signature`;

describe('the claims of a token', () => {
  it('are those of its payload', () => {
    expect(tokenClaims(token('{"sub":"system:serviceaccount:a:b","exp":10}'))).toEqual({ sub: 'system:serviceaccount:a:b', exp: 10 });
  });

  it.each(['', 'a', 'a.b.c', token('null'), token('"text"'), token('{')])('are none in %j', (text) => {
    expect(tokenClaims(text)).toEqual({});
  });
});
