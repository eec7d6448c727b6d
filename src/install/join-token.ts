import { Failure } from '../values/failure.ts';

/** The content of a join token. It is a credential: its owner can join as this cluster, once, until it expires. */
export interface JoinToken {
  /** Address of the hub's API server for pods of the member cluster. */
  readonly server: string;
  /** PEM of the authority of that server. */
  readonly ca: string;
  readonly project: string;
  /** Namespace of the project on the hub. */
  readonly namespace: string;
  readonly cluster: string;
  /** Service account token of the cluster's join account. */
  readonly bearer: string;
  /** Token of the account that can only request a credential by proof of the cluster's key, if the hub has one. */
  readonly renewalToken?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Identifies the token and its format for people and secret scanners. */
const prefix = 'kubeslice1.';

const remedy = (cluster: string): string => `create a new one with "kubeslice token create ${cluster}"`;

/** The token as one text for copying. */
export const encodeJoinToken = (token: JoinToken): string => prefix + Buffer.from(JSON.stringify(token)).toString('base64url');

const isJoinToken = (value: unknown): value is JoinToken => {
  const token = value as Partial<Record<keyof JoinToken, unknown>> | null;
  const texts = ['server', 'ca', 'project', 'namespace', 'cluster', 'bearer'] as const;
  return (
    typeof token === 'object' &&
    token !== null &&
    texts.every((field) => typeof token[field] === 'string') &&
    (token.renewalToken === undefined || typeof token.renewalToken === 'string') &&
    Number.isFinite(token.expiresAt)
  );
};

const parse = (text: string): JoinToken => {
  if (!text.startsWith(prefix)) {
    throw new Failure(
      'TokenRefused',
      `--token is not a join token: it does not begin with "${prefix}"; paste everything that "kubeslice token create" printed.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text.slice(prefix.length), 'base64url').toString('utf8'));
  } catch {
    value = undefined;
  }
  if (!isJoinToken(value)) {
    throw new Failure('TokenRefused', '--token is damaged or incomplete; paste everything that "kubeslice token create" printed.');
  }
  return value;
};

/**
 * Reads a join token and checks what is possible without the hub: that it is complete, not expired, and for the named cluster. Only the hub knows
 * whether it is genuine and unused.
 *
 * @param now milliseconds since 1970.
 * @throws Failure TokenRefused.
 */
export const decodeJoinToken = (text: string, cluster: string, now: number): JoinToken => {
  const token = parse(text.trim());
  if (token.cluster !== cluster) {
    throw new Failure(
      'TokenRefused',
      `--token is for cluster "${token.cluster}", not for "${cluster}"; join as "${token.cluster}", or ${remedy(cluster)}.`,
    );
  }
  if (token.expiresAt <= now) {
    throw new Failure('TokenRefused', `--token expired at ${new Date(token.expiresAt).toISOString()}; ${remedy(cluster)}.`);
  }
  return token;
};
