import { Failure } from '../../values/failure.ts';
import type { Client } from '../client.ts';
import { serviceAccountKind, type TokenRequest } from '../kinds.ts';

/** A token of a service account, and when it expires by the clock of the server: milliseconds since 1970. */
export interface RequestedToken {
  readonly token: string;
  readonly expiresAt: number;
}

/**
 * Requests a token of a service account (TokenRequest of authentication.k8s.io/v1). The server may choose another lifetime than the requested
 * `seconds`; it refuses less than 600.
 *
 * @throws Failure Unexpected for an answer without a token, and what the client throws.
 */
export const requestToken = async (
  client: Client,
  account: { readonly name: string; readonly namespace: string },
  seconds: number,
  options: { readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<RequestedToken> => {
  const body: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: seconds } };
  const { status } = await client.createSubresource(serviceAccountKind, account, 'token', body, options);
  if (status === undefined) throw new Failure('Unexpected', `${client.server} answered a token request without a token.`);
  return { token: status.token, expiresAt: Date.parse(status.expirationTimestamp) };
};
