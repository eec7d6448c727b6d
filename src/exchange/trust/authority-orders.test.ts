import { beforeAll, describe, expect, it } from 'vitest';
import { authorityOf } from '../../../test/exchange/author.ts';
import type { Authority } from '../../identity/authority.ts';
import {
  type AuthorityOrders,
  isMarked,
  isRevoked,
  markOf,
  noOrders,
  orderData,
  readAuthorityOrders,
  writeAuthorityOrders,
} from './authority-orders.ts';

const [at, by] = ['2026-11-24T12:00:00.000Z', 'ann'];
let first: Authority;
let second: Authority;
beforeAll(async () => {
  [first, second] = [await authorityOf('west'), await authorityOf('west')];
});

describe('orders about authorities', () => {
  it('are read as they were written, beside orders to forget, which they are not', () => {
    const orders = new Map<string, AuthorityOrders>([
      ['west', { accepted: markOf(second, at, by), revoked: [markOf(first, at, by), { fingerprint: 'sha256:0', at, by }] }],
      ['east', { accepted: { none: true, at, by }, revoked: [] }],
    ]);
    const data = { west: 'an order to forget', ...writeAuthorityOrders(orders) };
    expect(readAuthorityOrders(data)).toEqual(orders);
    expect(Object.keys(data).toSorted()).toEqual(['east.accepted', 'west', 'west.accepted', 'west.revoked']);
    expect(orderData('west', noOrders)).toEqual({ 'west.accepted': null, 'west.revoked': null });
    expect(readAuthorityOrders()).toEqual(new Map());
  });

  it('that cannot be read accept nothing', () => {
    const none = { none: true, at: '', by: '' };
    for (const text of ['', '{}', 'null', '[{}]', '{"fingerprint":7}']) {
      expect(readAuthorityOrders({ 'west.accepted': text }).get('west')?.accepted).toEqual(none);
      const both = { 'west.accepted': JSON.stringify(markOf(first, at, by)), 'west.revoked': text };
      expect(readAuthorityOrders(both).get('west')?.accepted).toEqual(none);
    }
  });

  it('are about a certificate, and about every other one of the same key', () => {
    const mark = markOf(first, at, by);
    expect([isMarked(mark, first), isMarked(mark, { ...first, fingerprint: 'sha256:1' }), isMarked(mark, second)]).toEqual([
      true,
      true,
      false,
    ]);
    const { key: _, ...unknown } = mark;
    expect([isMarked(unknown, first), isMarked(unknown, { ...first, fingerprint: 'sha256:1' })]).toEqual([true, false]);
    expect(isRevoked({ accepted: undefined, revoked: [mark] }, first)).toBe(true);
    expect(isRevoked(noOrders, first)).toBe(false);
  });
});
