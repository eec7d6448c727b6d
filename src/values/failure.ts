import type { FailureCode } from './failure-codes.ts';

/**
 * How a loop retries: `terminal` when the input changes and otherwise only after minutes, `conflict` at once with a fresh read, `later` with backoff.
 */
export type Retry = 'terminal' | 'conflict' | 'later';

const retryOf: Partial<Record<FailureCode, Retry>> = {
  Conflict: 'conflict',
  InvalidInput: 'terminal',
  StatementRefused: 'terminal',
  CapabilityMissing: 'terminal',
};

/**
 * The one error class of the project: a code from the catalogue and one sentence that states what happened, why, and what to do.
 * It is recognised by `name`, so it works across two copies of the bundle. The original error stays as `cause`.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly retry: Retry;
  /** HTTP status of the API server, if it answered. */
  readonly status: number | undefined;

  constructor(code: FailureCode, message: string, options: { cause?: unknown; retry?: Retry; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? retryOf[code] ?? 'later';
    this.status = options.status;
  }

  /** True for a `Failure` of this or another copy of the project; with `code`, only for that code. */
  static is(error: unknown, code?: FailureCode): error is Failure {
    return error instanceof Error && error.name === 'Failure' && (code === undefined || (error as Failure).code === code);
  }

  /** Any thrown value as a `Failure`; a `Failure` is returned unchanged. */
  static from(error: unknown, code: FailureCode = 'Unexpected'): Failure {
    if (Failure.is(error)) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new Failure(code, message, { cause: error });
  }
}
