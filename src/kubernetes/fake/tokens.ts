/** Service account tokens as the fake gives them: `fake-token:<namespace>:<name>:<n>`, with no signature and no expiry. */
export const issueToken = (namespace: string, name: string, n: number, expiresAt: Date): object => ({
  token: `fake-token:${namespace}:${name}:${n}`,
  expirationTimestamp: expiresAt.toISOString(),
});

/** The `status` of a TokenReview. */
export const reviewToken = (token: string): object => {
  const [, namespace, name] = /^fake-token:([^:]+):([^:]+):/.exec(token) ?? [];
  if (namespace === undefined || name === undefined) return { authenticated: false, error: 'invalid bearer token' };
  return {
    authenticated: true,
    user: {
      username: `system:serviceaccount:${namespace}:${name}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    },
  };
};
