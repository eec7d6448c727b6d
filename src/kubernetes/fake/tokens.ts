/** Service account tokens of the fake: `fake-token:<namespace>:<name>:<n>`, without signature and expiry. */
export const issueToken = (namespace: string, name: string, n: number, expiresAt: Date): object => ({
  token: `fake-token:${namespace}:${name}:${n}`,
  expirationTimestamp: expiresAt.toISOString(),
});
