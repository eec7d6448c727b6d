import type { ClusterView } from './cluster-view.ts';
import type { Finding } from './finding.ts';

/** Something that could not be read, of which nothing may be concluded. */
export interface Unread {
  /** A kind in its plural, with its namespace if it was read in one, or an object: `pods in shop`, `Secret shop/key`. */
  readonly what: string;
  readonly why: string;
  /** Whether the account that asks may not read it; otherwise there was no answer. */
  readonly isForbidden: boolean;
}

/** Whether something could not be read, so that its absence means nothing. */
export const isUnread = ({ unread }: Pick<ClusterView, 'unread'>, what: string): boolean => unread.some((each) => each.what === what);

/** What could not be read: all that the account may not see as one finding, and each other thing as its own. */
export const unreadFindings = ({ unread, contexts }: Pick<ClusterView, 'unread' | 'contexts'>): Finding[] => {
  const [first, ...others] = unread.filter(({ isForbidden }) => isForbidden).toSorted((a, b) => (a.what < b.what ? -1 : 1));
  const forbidden: Finding[] =
    first === undefined
      ? []
      : [
          {
            code: 'NotAllowed',
            severity: 'warning',
            object: `your account in context ${contexts.cluster}`,
            cause: `It may not read everything, so nothing is reported here about: ${[first, ...others].map(({ what }) => what).join(', ')}.`,
            evidence: first.why,
            advice: 'ask an administrator of the cluster to run this',
          },
        ];
  return [
    ...forbidden,
    ...unread
      .filter(({ isForbidden }) => !isForbidden)
      .map(
        ({ what, why }): Finding => ({
          code: 'NotAllowed',
          severity: 'warning',
          object: what,
          cause: `${what} could not be read, so nothing is reported about it here.`,
          evidence: why,
          advice: 'run this again',
        }),
      ),
  ];
};
