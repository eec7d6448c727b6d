import { describe, expect, it } from 'vitest';
import { decidePublication } from './publication.ts';

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
