import { describe, expect, it } from 'vitest';
import { createEmitter } from './emitter.ts';

describe('an emitter', () => {
  it('calls every handler until it unsubscribes', () => {
    const { emit, subscribe } = createEmitter<number>();
    const [first, second]: [number[], number[]] = [[], []];
    const unsubscribe = subscribe((change) => first.push(change));
    subscribe((change) => second.push(change));
    emit(1);
    unsubscribe();
    emit(2);
    expect([first, second]).toEqual([[1], [1, 2]]);
  });

  it('calls a new handler for what is held already', () => {
    const { subscribe } = createEmitter(() => ['a', 'b']);
    const seen: string[] = [];
    subscribe((change) => seen.push(change));
    expect(seen).toEqual(['a', 'b']);
  });
});
