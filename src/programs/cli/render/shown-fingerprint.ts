import { fingerprintOf } from '../../../identity/fingerprint.ts';

/** The fingerprint of a certificate for people; `unreadable` when somebody put something else in its place. */
export const shownFingerprint = (certificate: string): string => {
  try {
    return fingerprintOf(certificate);
  } catch {
    return 'unreadable';
  }
};
