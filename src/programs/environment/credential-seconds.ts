import { hubCredentialSeconds, shortestCredentialSeconds } from '../../api/hub-credential.ts';
import type { ProgramContext } from '../../host/program.ts';
import { Failure } from '../../values/failure.ts';

/**
 * Lifetime of hub credentials in seconds: HUB_CREDENTIAL_SECONDS, or an hour. Throws `InvalidInput` for less than the API server allows or more than
 * admission allows.
 */
export const credentialSecondsOf = (env: ProgramContext['env']): number => {
  const text = env.HUB_CREDENTIAL_SECONDS;
  if (text === undefined || text === '') return hubCredentialSeconds;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= shortestCredentialSeconds && seconds <= hubCredentialSeconds) return seconds;
  throw new Failure(
    'InvalidInput',
    `HUB_CREDENTIAL_SECONDS "${text}" is not a number of seconds from ${shortestCredentialSeconds} to ${hubCredentialSeconds}.`,
  );
};
