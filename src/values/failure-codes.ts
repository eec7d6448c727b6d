/**
 * Every way in which KubeSlice refuses or fails, declared once.
 * Programs compare the key, and people search for it; the reference page prints the value. A retired code stays here, marked as retired, so that it
 * never gets a second meaning.
 */
export const failureCodes = {
  AddressExhausted: 'No free address or block is left in the range that should supply it.',
  AlreadyExists: 'An object of that name exists already.',
  CapabilityMissing: 'The kernel or the machine lacks a feature that is needed.',
  CommandFailed: 'A program that was executed returned an error.',
  Conflict: 'Somebody else changed the object first; read it again.',
  Forbidden: 'The API server does not allow this caller to do that.',
  Gone: 'The version asked for is no longer kept by the API server.',
  Interrupted: 'The work was cancelled before it was done.',
  InvalidInput: 'A value given by the user is not acceptable.',
  NotFound: 'The object named does not exist.',
  QuotaExceeded: 'There are as many of something already as there may be.',
  StatementRefused: 'A statement of another cluster failed verification or left what was delegated to it.',
  Timeout: 'No answer came within the time allowed.',
  TokenRefused: 'A join token is used, expired, forged or for another cluster.',
  Unauthorized: 'The credential was not accepted.',
  Unavailable: 'The other side could not be reached or is not ready.',
  Unexpected: 'Something that should not happen did; the message and cause say what.',
} as const;

/** One of the catalogued failure codes. */
export type FailureCode = keyof typeof failureCodes;
