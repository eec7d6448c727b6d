import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { draftStatement } from '../trust/issue.ts';
import { decidePublication, publishedBy } from './publication.ts';

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 10, 29);

describe('decidePublication', () => {
  it.each([
    ['content, nothing published', '{}', undefined, 'state'],
    ['content, the same', '{}', { body: '{}', issuedAt: now - day }, 'keep'],
    ['content, the same but half a lifetime old', '{}', { body: '{}', issuedAt: now - 3.5 * day }, 'state'],
    ['content, the same but from a clock that ran ahead', '{}', { body: '{}', issuedAt: now + day }, 'state'],
    ['content, other content', '{}', { body: '[]', issuedAt: now }, 'state'],
    ['content, a tombstone', '{}', { body: undefined, issuedAt: now }, 'state'],
    ['content, overwritten by somebody', '{}', 'overwritten', 'state'],
    ['withdrawn, nothing published', undefined, undefined, 'keep'],
    ['withdrawn, content', undefined, { body: '{}', issuedAt: now }, 'withdraw'],
    ['withdrawn, overwritten by somebody', undefined, 'overwritten', 'withdraw'],
    ['withdrawn, a tombstone', undefined, { body: undefined, issuedAt: now - 6 * day }, 'keep'],
    ['withdrawn, a tombstone that nobody needs any more', undefined, { body: undefined, issuedAt: now - 8 * day }, 'remove'],
  ] as const)('%s', (_, wanted, last, expected) => {
    expect(decidePublication(wanted, last, now)).toBe(expected);
  });
});

describe('publishedBy', () => {
  const body = { caCertificate: 'certificate', blocks: [] };
  const statement = (content: typeof body | undefined): string =>
    canonicalJson(
      draftStatement(
        { cluster: 'west', project: 'default' },
        { kind: 'Cluster', slice: 'app', sliceUID: 'u1', subject: 'west', body: content, serial: 1 },
        now,
      ),
    );

  it('gives the content and the time of issue', () => {
    expect(publishedBy({ statement: statement(body) }, 'u1')).toEqual({ body: canonicalJson(body), issuedAt: now });
    expect(publishedBy({ statement: statement(undefined) }, 'u1')).toEqual({ body: undefined, issuedAt: now });
  });

  it.each([
    ['of an earlier slice of the same name', statement(body), 'u2'],
    ['that is not JSON', '{', 'u1'],
    ['that is no statement', '{}', 'u1'],
  ])('counts a notice %s as overwritten', (_, text, sliceUID) => {
    expect(publishedBy({ statement: text }, sliceUID)).toBe('overwritten');
  });
});
