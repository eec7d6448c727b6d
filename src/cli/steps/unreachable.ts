import { Failure } from '../../values/failure.ts';

/** Whether an API server did not answer, or not in time: one that starts, restarts or is unreachable may answer a second later. */
export const isUnreachable = (error: unknown): error is Failure => Failure.is(error, 'Unavailable') || Failure.is(error, 'Timeout');
