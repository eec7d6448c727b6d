import type { AuditReason } from '../../api/audit-reasons.ts';
import type { Slice } from '../../api/slice/type.ts';
import { grantedAccess } from '../facts/access-facts.ts';

/** A change of trust, in the form of an Event. */
export interface AuditNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: AuditReason;
  readonly message: string;
}

/** An authority was pinned for a cluster, in place of another one or of none; both by their fingerprints. */
export const pinNote = (cluster: string, fingerprint: string, before: string | undefined): AuditNote =>
  before === undefined
    ? {
        type: 'Normal',
        reason: 'AuthorityPinned',
        message: `Cluster "${cluster}" is verified by the authority ${fingerprint} from now on, the first one that was seen; compare it with "kubeslice trust show" there.`,
      }
    : {
        type: 'Warning',
        reason: 'AuthorityReplaced',
        message: `Cluster "${cluster}" is verified by the authority ${fingerprint} from now on: the one before, ${before}, has endorsed it or ended; if nobody there renewed it, run "kubeslice trust forget ${cluster}".`,
      };

/** Another authority than the pinned one is presented for a cluster; `why` is the sentence of the refusal. */
export const refusalNote = (why: string): AuditNote => ({ type: 'Warning', reason: 'AuthorityRefused', message: why });

/** An administrator ordered to forget the authority of a cluster. */
export const forgetNote = (cluster: string, fingerprint: string): AuditNote => ({
  type: 'Warning',
  reason: 'AuthorityForgotten',
  message: `The authority ${fingerprint} of cluster "${cluster}" is forgotten by "kubeslice trust forget"; the next one of that name is pinned.`,
});

/** An administrator gave this cluster a new authority, signed by the one before; both by their fingerprints. */
export const rotateNote = (cluster: string, fingerprint: string, before: string): AuditNote => ({
  type: 'Normal',
  reason: 'AuthorityRotated',
  message: `Cluster "${cluster}", which is this one, has the authority ${fingerprint} from now on, which ${before} signed; the other members follow by themselves.`,
});

/** An administrator accepted exactly one authority of a cluster. */
export const acceptNote = (cluster: string, fingerprint: string, by: string): AuditNote => ({
  type: 'Warning',
  reason: 'AuthorityAccepted',
  message: `The authority ${fingerprint} of cluster "${cluster}", and no other, is accepted by "kubeslice trust accept" of ${by}.`,
});

/** An administrator ended the belief in an authority of a cluster. */
export const revokeNote = (cluster: string, fingerprint: string, by: string): AuditNote => ({
  type: 'Warning',
  reason: 'AuthorityRevoked',
  message: `The authority ${fingerprint} of cluster "${cluster}" is revoked by "kubeslice trust revoke" of ${by}; nothing that it signed counts any more.`,
});

const deniesByDefault = (slice: Slice | undefined): boolean => grantedAccess(slice)?.default === 'Deny';

/** What changed in the default of a slice that this cluster keeps; `before` is undefined for a slice that is new here. */
export const defaultNotes = (before: Slice | undefined, now: Slice): AuditNote[] => {
  const [was, is] = [deniesByDefault(before), deniesByDefault(now)];
  if (was === is) return [];
  const slice = now.metadata.name;
  return is
    ? [
        {
          type: 'Normal',
          reason: 'DefaultDenyPinned',
          message: `Slice ${slice} denies by default what no policy allows; this cluster keeps that until an administrator of it allows another default.`,
        },
      ]
    : [
        {
          type: 'Warning',
          reason: 'DefaultDenyEnded',
          message: `Slice ${slice} no longer denies by default, as its annotation kubeslice.io/open-access allows; everybody may call what no policy selects.`,
        },
      ];
};
