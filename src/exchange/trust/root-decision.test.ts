import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../identity/create-authority.ts';
import { fingerprintOf } from '../../identity/fingerprint.ts';
import { readRoot } from '../../identity/root.ts';
import { noOrders } from './authority-orders.ts';
import { decideRoot } from './root-decision.ts';

const now = Date.UTC(2026, 10, 24, 12);
const east = { cluster: 'east', project: 'default' };
let a: string;
let b: string;
let foreign: string;

beforeAll(async () => {
  a = (await createAuthority(east, now, randomBytes)).certificate;
  b = (await createAuthority(east, now, randomBytes)).certificate;
  foreign = (await createAuthority({ ...east, cluster: 'west' }, now, randomBytes)).certificate;
});

describe('decideRoot', () => {
  const ask = (pinned: string | undefined, offered: string, endorsed = false, departed = false) => {
    const decision = decideRoot({ ...east, pinned, offered, endorsed, departed, orders: noOrders, before: () => [] }, readRoot);
    return [decision.action, decision.root?.fingerprint];
  };

  it('pins the first, keeps it, and goes on with it whatever else is shown', () => {
    expect(ask(undefined, a)).toEqual(['pin', fingerprintOf(a)]);
    expect(ask(a, a)).toEqual(['keep', fingerprintOf(a)]);
    expect(ask(a, b)).toEqual(['refuse', fingerprintOf(a)]);
    expect(ask(a, foreign)).toEqual(['refuse', fingerprintOf(a)]);
    expect(ask(a, foreign, true)).toEqual(['refuse', fingerprintOf(a)]);
    expect(ask(a, 'rubbish')).toEqual(['refuse', fingerprintOf(a)]);
    expect(ask(undefined, foreign)).toEqual(['refuse', undefined]);
  });

  it('replaces it by word of the old authority, or after its farewell', () => {
    expect(ask(a, b, true)).toEqual(['replace', fingerprintOf(b)]);
    expect(ask(a, b, false, true)).toEqual(['replace', fingerprintOf(b)]);
    expect(ask(a, a, false, true)).toEqual(['keep', fingerprintOf(a)]);
    expect(ask(a, foreign, true, true)).toEqual(['refuse', fingerprintOf(a)]);
  });

  it('names both and the remedy', () => {
    const decision = decideRoot(
      { ...east, pinned: a, offered: b, endorsed: false, departed: false, orders: noOrders, before: () => [] },
      readRoot,
    );
    expect(decision).toMatchObject({ code: 'AuthorityChanged' });
    const message = decision.action === 'refuse' ? decision.message : '';
    for (const part of [fingerprintOf(a), fingerprintOf(b), 'kubeslice trust accept east']) expect(message).toContain(part);
  });
});
