import { describe, expect, it } from 'vitest';
import { createBoardWrites } from './board-writes.ts';

describe('what the board holds', () => {
  it('is the last write, before and after the board shows it', () => {
    const writes = createBoardWrites();
    expect(writes.held('n')).toBeUndefined();
    writes.writing('n', '1');
    expect(writes.held('n')).toBe('1');
    writes.shown('n', '1');
    expect(writes.held('n')).toBe('1');
  });

  it('is what somebody wrote over it', () => {
    const writes = createBoardWrites();
    writes.writing('n', '1');
    writes.shown('n', '1');
    writes.shown('n', 'x');
    expect(writes.held('n')).toBe('x');
    writes.writing('n', '2');
    expect(writes.held('n')).toBe('2');
  });

  it('is what was there before this program came', () => {
    const writes = createBoardWrites();
    writes.shown('n', '0');
    expect(writes.held('n')).toBe('0');
  });

  it('is not what a later write has overwritten already', () => {
    const writes = createBoardWrites();
    writes.writing('n', '1');
    writes.writing('n', '2');
    writes.shown('n', '1');
    writes.shown('n', 'x');
    writes.shown('n', undefined);
    expect(writes.held('n')).toBe('2');
    writes.shown('n', '2');
    expect(writes.held('n')).toBe('2');
  });

  it('is nothing when somebody deleted it, and what is shown when a write failed', () => {
    const writes = createBoardWrites();
    writes.writing('n', '1');
    writes.shown('n', '1');
    writes.writing('n', '2');
    writes.forget('n');
    expect(writes.held('n')).toBe('1');
    writes.shown('n', undefined);
    expect(writes.held('n')).toBeUndefined();
  });
});
