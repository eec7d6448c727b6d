import { Failure } from '../../values/failure.ts';
import type { FailureCode } from '../../values/failure-codes.ts';

const codeOfStatus: Readonly<Record<number, FailureCode>> = {
  400: 'InvalidInput',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'InvalidInput',
  408: 'Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'InvalidInput',
  415: 'InvalidInput',
  422: 'InvalidInput',
  429: 'Unavailable',
  504: 'Timeout',
};

/** The `Status` object in an API server's refusal and in an ERROR event of a watch. */
export type Status = { readonly reason?: string; readonly message?: string; readonly code?: number };

/** The failure for an answer outside 2xx; `doing` names the request, such as `get pods default/web`. */
export const refusal = (doing: string, server: string, httpStatus: number, status: Status | undefined): Failure => {
  const code =
    status?.reason === 'AlreadyExists' ? 'AlreadyExists' : (codeOfStatus[httpStatus] ?? (httpStatus >= 500 ? 'Unavailable' : 'Unexpected'));
  const reason = status?.message === undefined || status.message === '' ? 'it gave no reason' : status.message.replace(/\.$/, '');
  return new Failure(code, `The API server ${server} refused to ${doing}: ${reason} (HTTP ${httpStatus}).`, { status: httpStatus });
};

/** The `Status` in a response body, or the beginning of any other body as the message. */
export const statusIn = (body: string): Status | undefined => {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'kind' in parsed && parsed.kind === 'Status') return parsed as Status;
  } catch {
    // Proxies and load balancers answer in HTML or plain text.
  }
  const text = body.trim().slice(0, 300);
  return text === '' ? undefined : { message: text };
};

/** The failure for a request without an answer: refused, reset, unresolvable, or a certificate that is not accepted. */
export const unreachable = (doing: string, server: string, error: NodeJS.ErrnoException): Failure => {
  const code = error.code ?? '';
  const certificate = /CERT|SELF_SIGNED|VERIFY_LEAF|ISSUER/.test(code);
  const message = certificate
    ? `The certificate of ${server} is not accepted (${error.message}); check the certificate authority configured for it.`
    : `The API server ${server} did not answer to ${doing}: ${error.message || code}; check that it runs and can be reached from here.`;
  return new Failure('Unavailable', message, { cause: error });
};
