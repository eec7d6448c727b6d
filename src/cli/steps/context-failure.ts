import { Failure } from '../../values/failure.ts';

/** A failure that names its context. */
class ContextFailure extends Failure {}

/**
 * An error of a cluster with the name of the user's context: a refused credential and an unreachable server are corrected in the kubeconfig or by
 * another context. Every other error is returned unchanged.
 */
export const contextFailure = (error: unknown, context: string): unknown => {
  // A command that uses two clusters has named the failing one already.
  if (!Failure.is(error) || error instanceof ContextFailure) return error;
  if (error.code === 'Unauthorized' && error.status === 401) {
    return new ContextFailure(
      'Unauthorized',
      `The API server does not accept the credential of context "${context}": it has expired, was withdrawn or is of another cluster; log in again or renew it in the kubeconfig, then run this again.`,
      { cause: error, status: 401 },
    );
  }
  if (error.code === 'Unavailable' && error.status === undefined) {
    const message = `${error.message.replace(/\.$/, '')} (context "${context}"), or name another with --context.`;
    return new ContextFailure('Unavailable', message, { cause: error });
  }
  return error;
};
