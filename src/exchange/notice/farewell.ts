import { maxFarewells } from '../../api/notice/schema.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import type { Authority } from '../../identity/authority.ts';
import { ownRoots } from '../../identity/rotation.ts';
import { readJson } from '../../values/text/read-json.ts';
import { concerns, isTombstone, readStatement, type Tombstone } from '../statement/statement.ts';
import { clockSkewMs, statementLifetimeMs } from '../trust/lifetime.ts';
import { verifyStatement } from '../trust/verify.ts';
import { readNotice } from './notice.ts';

/** The farewell in a notice; undefined for every other notice. Its signature is not verified. */
const readFarewell = ({ kind, statement }: Pick<NoticeSpec, 'kind' | 'statement'>): Tombstone | undefined => {
  if (kind !== 'Cluster') return undefined;
  const stated = readStatement(readJson(statement));
  return typeof stated !== 'string' && isTombstone(stated) ? stated : undefined;
};

/** Whether an accepted notice is a farewell: the tombstone of a cluster about itself, by which it gives up its blocks and its authority. */
export const isFarewell = (notice: Pick<NoticeSpec, 'kind' | 'statement'>): boolean => readFarewell(notice) !== undefined;

/**
 * The farewells that a notice carries, each in the form of a notice, the latest first. They are judged like every notice: a farewell counts only if
 * the pinned authority signed it, and only after all other accepted statements of that authority.
 */
export const farewellsIn = ({ cluster, kind, farewells = [] }: NoticeSpec): NoticeSpec[] =>
  kind === 'Cluster'
    ? farewells.map(({ statement, signature }) => ({ cluster, kind, subject: cluster, statement, signature })).toReversed()
    : [];

/**
 * A notice that carries the farewells in a JSON text and has no statement of its own; undefined when the text is not a list of farewells or the list
 * is longer than a notice allows.
 */
export const noticeOfFarewells = (cluster: string, text: string): NoticeSpec | undefined => {
  const read = readNotice({ cluster, kind: 'Cluster', subject: cluster, statement: '', signature: '', farewells: readJson(text) });
  return typeof read === 'string' ? undefined : read;
};

/** The past of a cluster that joined again, as it publishes it. */
export interface EarlierTimes {
  /** Farewells of its earlier authorities, as its notices carry them. */
  readonly farewells: NonNullable<NoticeSpec['farewells']>;
  /** Every serial of that time is lower or equal; 0 when there was no such time. The cluster's new serials must be higher. */
  readonly floor: number;
}

/** The past of a cluster that never left. */
export const noEarlierTimes: EarlierTimes = { farewells: [], floor: 0 };

/**
 * What earlier authorities of the own cluster left behind: from the notices about this cluster that it stored, that are on the board, and that its
 * last leave passed on.
 * Farewells cannot be verified here, because this cluster does not know its earlier authorities. So a hub can add false ones, which readers refuse,
 * and displace true ones, which it could withhold as well. A serial beyond any honest clock is left out, or no higher serial would remain.
 */
export const earlierTimes = (
  notices: readonly NoticeSpec[],
  authority: Authority,
  { slice, sliceUID }: { readonly slice: string; readonly sliceUID: string },
  now: number,
): EarlierTimes => {
  const found = new Map<string, { readonly statement: string; readonly signature: string; readonly stated: Tombstone }>();
  const roots = ownRoots(authority);
  let floor = 0;
  for (const notice of notices) {
    if (notice.kind !== 'Cluster' || notice.cluster !== authority.cluster) continue;
    const stated = readStatement(readJson(notice.statement));
    // The cluster's own earlier claim keeps the floor for longer than farewells are valid.
    const expected = { slice, sliceUID, kind: 'Cluster', subject: authority.cluster } as const;
    const isOwn = roots.some((root) => verifyStatement(notice, root, expected, now).ok);
    if (isOwn && typeof stated !== 'string' && 'body' in stated && 'floor' in stated.body) floor = Math.max(floor, stated.body.floor ?? 0);
    for (const candidate of [notice, ...farewellsIn(notice)]) {
      const farewell = readFarewell(candidate);
      if (farewell === undefined || !concerns(farewell, { slice, sliceUID })) continue;
      if (farewell.serial > (now + statementLifetimeMs) * 1000) continue;
      floor = Math.max(floor, farewell.serial);
      const isExpired = !(Date.parse(farewell.expiresAt) > now - clockSkewMs);
      if (isExpired || (candidate === notice && isOwn)) continue;
      found.set(candidate.statement, { statement: candidate.statement, signature: candidate.signature, stated: farewell });
    }
  }
  const farewells = [...found.values()]
    .toSorted((a, b) => a.stated.serial - b.stated.serial)
    .slice(-maxFarewells)
    .map(({ statement, signature }) => ({ statement, signature }));
  return { farewells, floor };
};
