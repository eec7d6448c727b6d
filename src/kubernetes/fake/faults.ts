/** What goes wrong with a request. */
export type Effect =
  /** Answered with this HTTP status. */
  | { readonly status: number; readonly retryAfterSeconds?: number }
  /** The connection is closed without an answer. */
  | 'reset'
  /** The connection is closed after the request was carried out, so that the caller does not know. */
  | 'reset-after'
  /** No answer is ever sent; a watch is accepted and stays silent. */
  | 'stall'
  /** A watch is accepted, and then ends because its version is too old. */
  | 'gone';

/** A fault that hits requests until it has hit `times` of them. */
export type Fault = {
  readonly effect: Effect;
  /** @default any */
  readonly method?: string;
  /** Matched against path and query. @default any */
  readonly path?: RegExp;
  /** @default without end */
  readonly times?: number;
};

/** The injected faults. */
export type Faults = {
  /** Injects a fault; the returned function removes it. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The effect on a request, if any; counts as a hit. */
  effectOn(method: string, path: string): Effect | undefined;
};

/** No faults yet. */
export const createFaults = (): Faults => {
  const active = new Map<Fault, number>();
  return {
    add: (fault) => {
      active.set(fault, fault.times ?? Number.POSITIVE_INFINITY);
      return () => void active.delete(fault);
    },
    clear: () => active.clear(),
    effectOn: (method, path) => {
      for (const [fault, left] of active) {
        if ((fault.method !== undefined && fault.method !== method) || fault.path?.test(path) === false) continue;
        if (left <= 1) active.delete(fault);
        else active.set(fault, left - 1);
        return fault.effect;
      }
      return undefined;
    },
  };
};
