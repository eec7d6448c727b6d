import { describe, expect, it } from 'vitest';
import { createSaid } from './said.ts';

const signed = (serial: number) => ({ statement: `{"serial":${serial}}`, signature: `signature ${serial}` });
const said = (serial: number) => ({ body: 'the same', issuedAt: serial });

describe('what a cluster says', () => {
  it('is said while the board shows it, before and after the write returns', () => {
    const notices = createSaid();
    expect(notices.get('n')).toBeUndefined();
    notices.writing('n', said(1), signed(1));
    expect(notices.get('n')).toEqual(said(1));
    notices.shown('n', signed(1));
    notices.shown('n', signed(1));
    expect(notices.get('n')).toEqual(said(1));
  });

  it.each([
    ['with another signature', { ...signed(1), signature: 'x' }],
    ['with another text', { ...signed(1), statement: '{}' }],
    ['with an older statement of its own', signed(0)],
  ])('is altered when somebody writes over it %s', (_, other) => {
    const notices = createSaid();
    notices.writing('n', said(1), signed(1));
    notices.shown('n', signed(1));
    notices.shown('n', other);
    expect(notices.get('n')).toBe('altered');
    notices.writing('n', said(2), signed(2));
    expect(notices.get('n')).toEqual(said(2));
  });

  it('is altered also when that is seen before the write has returned', () => {
    const notices = createSaid();
    notices.writing('n', said(1), signed(1));
    notices.shown('n', signed(1));
    notices.shown('n', signed(0));
    expect(notices.get('n')).toBe('altered');
  });

  it('is altered when what hung there before this program came is written over', () => {
    const notices = createSaid();
    notices.found('n', said(1), signed(1));
    notices.shown('n', signed(1));
    expect(notices.get('n')).toEqual(said(1));
    notices.shown('n', signed(0));
    expect(notices.get('n')).toBe('altered');
  });

  it('is not altered by what its own later write has overwritten', () => {
    const notices = createSaid();
    notices.writing('n', said(1), signed(1));
    notices.writing('n', said(2), signed(2));
    notices.shown('n', signed(1));
    notices.shown('n', signed(0));
    notices.shown('n', undefined);
    expect(notices.get('n')).toEqual(said(2));
    notices.shown('n', signed(2));
    expect(notices.get('n')).toEqual(said(2));
  });

  it('is no longer said when somebody took it down, or when the write failed', () => {
    const notices = createSaid();
    notices.writing('n', said(1), signed(1));
    notices.shown('n', signed(1));
    notices.shown('n', undefined);
    expect(notices.get('n')).toBeUndefined();
    notices.writing('n', said(2), signed(2));
    notices.forget('n');
    expect(notices.get('n')).toBeUndefined();
  });
});
