import { createEmitter, type Emitter } from './emitter.ts';

/** A source without content: handlers read the current state elsewhere. */
export interface Signals extends Emitter<undefined> {
  readonly emit: (change?: undefined) => void;
}

/** Signals of one kind. */
export const createSignals = (): Signals => {
  const { emit, subscribe } = createEmitter<undefined>();
  return { emit: () => emit(undefined), subscribe };
};
