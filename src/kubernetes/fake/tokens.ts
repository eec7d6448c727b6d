/** Service account tokens as the fake gives them: `fake-token:<namespace>:<name>:<n>`, with no signature and no expiry. */
export const issueToken = (namespace: string, name: string, n: number, expiresAt: Date): object => ({
  token: `fake-token:${namespace}:${name}:${n}`,
  expirationTimestamp: expiresAt.toISOString(),
});
