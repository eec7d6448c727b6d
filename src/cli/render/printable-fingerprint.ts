import { fingerprintOf } from '../../identity/fingerprint.ts';

/** The fingerprint of a certificate for people; `unreadable` when the text is not a certificate. */
export const printableFingerprint = (certificate: string): string => {
  try {
    return fingerprintOf(certificate);
  } catch {
    return 'unreadable';
  }
};
