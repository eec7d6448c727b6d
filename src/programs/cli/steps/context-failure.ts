import { Failure } from '../../../values/failure.ts';

/**
 * What went wrong with a cluster, told by the context that the person chose: a credential that is not accepted and a server that is not there are
 * mended in the kubeconfig or by another context. Every other error stays as it is.
 */
export const contextFailure = (error: unknown, context: string): unknown => {
  // A command that works with two clusters says it of the one that it was.
  if (!Failure.is(error) || /(?:of|\() ?context "/.test(error.message)) return error;
  if (error.code === 'Unauthorized' && error.status === 401) {
    return new Failure(
      'Unauthorized',
      `The API server does not accept the credential of context "${context}": it has expired, was withdrawn or is of another cluster; log in again or renew it in the kubeconfig, then run this again.`,
      { cause: error, status: 401 },
    );
  }
  if (error.code === 'Unavailable' && error.status === undefined) {
    return new Failure('Unavailable', `${error.message.replace(/\.$/, '')} (context "${context}"), or name another with --context.`, {
      cause: error,
    });
  }
  return error;
};
