/**
 * Every way in which KubeSlice refuses or fails, declared once.
 * Programs compare the key, and people search for it; the reference page prints the value. A retired code stays here, marked as retired, so that it
 * never gets a second meaning.
 */
export const failureCodes = {
  AddressExhausted: 'No free address or block is left in the range that should supply it.',
  AlreadyExists: 'An object of that name exists already.',
  CapabilityMissing: 'The kernel or the machine lacks a required feature.',
  CommandFailed: 'An executed program returned an error.',
  Conflict: 'Another writer changed the object first; read it again.',
  Forbidden: 'The API server does not permit the request.',
  Gone: 'The API server no longer has the requested version.',
  Interrupted: 'The work was cancelled before it was done.',
  InvalidInput: 'A value is invalid.',
  NotFound: 'The named object does not exist.',
  QuotaExceeded: 'A limit is reached.',
  StatementRefused: 'A statement of another cluster failed verification or left what was delegated to it.',
  Timeout: 'There was no answer in time.',
  TokenRefused: 'A join token is used, expired, forged or for another cluster.',
  Unauthorized: 'The credential was not accepted.',
  Unavailable: 'The other side is unreachable or not ready.',
  Unexpected: 'An unexpected error; message and cause contain the details.',
} as const;

/** One of the catalogued failure codes. */
export type FailureCode = keyof typeof failureCodes;
