import { Failure } from '../values/failure.ts';

/** What a join token carries. It is a credential: whoever has it can join as that cluster, once, until it expires. */
export interface JoinToken {
  /** Address of the hub's API server, as reached from pods of the member cluster. */
  readonly server: string;
  /** PEM of the authority of that server. */
  readonly ca: string;
  readonly project: string;
  /** Namespace of the project on the hub. */
  readonly namespace: string;
  readonly cluster: string;
  /** Service account token of the cluster's join account. */
  readonly bearer: string;
  /** Token of the cluster's account that can only ask for a credential by proof of its key, if the hub has one. */
  readonly renewalToken?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Marks the token and its format, so that people and secret scanners recognise it. */
const prefix = 'kubeslice1.';

const remedy = (cluster: string): string => `make a new one with "kubeslice token create ${cluster}"`;

/** The token as one word that can be pasted. */
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
      `--token is not a join token: it does not begin with "${prefix}"; paste all that "kubeslice token create" printed.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text.slice(prefix.length), 'base64url').toString('utf8'));
  } catch {
    value = undefined;
  }
  if (!isJoinToken(value)) {
    throw new Failure(
      'TokenRefused',
      '--token is damaged, perhaps cut off when it was copied; paste all that "kubeslice token create" printed.',
    );
  }
  return value;
};

/**
 * Reads a join token and checks what can be checked without the hub: that it is whole, not expired, and for the cluster named.
 * Whether it is genuine and not used yet, only the hub can say.
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
