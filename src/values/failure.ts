import type { FailureCode } from './failure-codes.ts';

/** What a loop does with a failure: again when the input changes and otherwise only after minutes, read again at once, or again later with backoff. */
export type Retry = 'terminal' | 'conflict' | 'later';

const retryOf: Partial<Record<FailureCode, Retry>> = {
  Conflict: 'conflict',
  InvalidInput: 'terminal',
  StatementRefused: 'terminal',
  CapabilityMissing: 'terminal',
};

/**
 * The one error class of the project: a code from the catalogue and one sentence that says what happened, why, and what to do.
 *
 * Recognised by `name`, so it survives two copies of the bundle; the original error stays as `cause`.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly retry: Retry;
  /** HTTP status when an API server said so. */
  readonly status: number | undefined;

  constructor(code: FailureCode, message: string, options: { cause?: unknown; retry?: Retry; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? retryOf[code] ?? 'later';
    this.status = options.status;
  }

  /** True for a `Failure` of this or another copy of the project, of the given code if one is given. */
  static is(error: unknown, code?: FailureCode): error is Failure {
    return error instanceof Error && error.name === 'Failure' && (code === undefined || (error as Failure).code === code);
  }

  /** Any thrown thing as a `Failure`; one that already is comes back unchanged. */
  static from(error: unknown, code: FailureCode = 'Unexpected'): Failure {
    if (Failure.is(error)) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new Failure(code, message, { cause: error });
  }
}
