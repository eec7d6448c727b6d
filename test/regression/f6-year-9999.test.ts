import { expect, it } from 'vitest';
import type { NoticeSpec } from '../../src/api/notice/type.ts';
import { clockSkewMs, statementLifetimeMs } from '../../src/exchange/trust/lifetime.ts';
import type { Authority } from '../../src/identity/authority.ts';
import { encodeBase64 } from '../../src/values/text/base64.ts';
import { canonicalJson } from '../../src/values/text/canonical-json.ts';
import { author, authorityOf, day, start } from '../exchange/author.ts';
import { receiver } from '../exchange/receiver.ts';

/** A statement with other dates, signed as its author would. */
const redated = (authority: Authority, notice: NoticeSpec, dates: { issuedAt?: string; expiresAt?: string }): NoticeSpec => {
  const statement = canonicalJson({ ...JSON.parse(notice.statement), ...dates });
  return { ...notice, statement, signature: encodeBase64(authority.sign(Buffer.from(statement))) };
};

it.each([
  ['until the year 9999', { expiresAt: '9999-12-31T23:59:59.000Z' }, 'LifetimeTooLong'],
  ['in the year 9999', { issuedAt: '9999-12-25T00:00:00.000Z', expiresAt: '9999-12-31T23:59:59.000Z' }, 'AuthorityExpired'],
  ['next year', { issuedAt: '2027-12-25T00:00:00.000Z', expiresAt: '2027-12-31T23:59:59.000Z' }, 'NotYetValid'],
  ['for a second more than a lifetime', { expiresAt: new Date(start + statementLifetimeMs + 1000).toISOString() }, 'LifetimeTooLong'],
  ['until before it was issued', { expiresAt: new Date(start - 1000).toISOString() }, 'LifetimeTooLong'],
])('F6: a statement that claims to hold %s is refused, and what was in force stays', async (_, dates, code) => {
  const authority = await authorityOf('east');
  const east = author(authority);
  const here = receiver({ east: ['10.0.0.0/24'] });
  here.show(east.claim(['10.0.0.0/24']));
  here.show(east.node('n1', ['10.0.0.0/26']));
  expect(here.show(redated(authority, east.node('n1', ['10.0.0.64/26']), dates)).refusal?.code).toBe(code);
  expect(here.inForce('Node', 'east', 'n1')?.body.blocks).toEqual(['10.0.0.0/26']);
});

it('F6: a statement from a clock that runs ahead holds no longer than others', async () => {
  const east = author(await authorityOf('east'));
  const here = receiver({ east: ['10.0.0.0/24'] });
  here.show(east.claim(['10.0.0.0/24'], start + 6 * day), start);
  expect(here.believes()).toHaveLength(1);
  here.expire(start + statementLifetimeMs + clockSkewMs + 1);
  expect(here.believes()).toEqual([]);
});
