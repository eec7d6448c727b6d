/**
 * Reasons of the Events about changes of trust, declared once; the reference page prints the value. Events of conditions have the reasons of conditions.
 */
export const auditReasons = {
  AuthorityAccepted:
    'An administrator of this cluster has accepted exactly this authority of another one; no other is pinned in place of none.',
  AuthorityForgotten:
    'An administrator of this cluster has forgotten the authority of another one; the next authority of that name is pinned.',
  AuthorityPinned:
    'This cluster verifies another one by this authority from now on, since it pinned none before; compare the fingerprint with the administrator of the other cluster.',
  AuthorityRefused:
    'The hub or a member presents an authority for a cluster that is not the pinned one, and neither the pinned one nor an administrator of this cluster allows that; it is not used.',
  AuthorityReplaced: 'The pinned authority of another cluster has endorsed a new one, or ended with a farewell; the new one is pinned.',
  AuthorityRotated:
    'An administrator gave this cluster a new authority, which the one before it signed; the other members follow by themselves.',
  AuthorityRevoked: 'An administrator of this cluster has revoked an authority of another one; it counts for nothing any more.',
  DefaultDenyEnded: 'The slice no longer denies by default in this cluster, because an administrator of it allowed that.',
  DefaultDenyPinned: 'The slice denies by default, and this cluster keeps that whatever the hub grants later.',
} as const;

/** One of the catalogued reasons of changes of trust. */
export type AuditReason = keyof typeof auditReasons;
