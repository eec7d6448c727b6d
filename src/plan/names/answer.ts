import type { Answer, Question } from './record.ts';
import type { NameEntry } from './service-names.ts';

/** Names that exist, and the answer for others. */
export interface AnsweredZone {
  /** Whether a name, in lower case, is the zone's to answer. */
  readonly covers: (name: string) => boolean;
  /** The entry of a name, undefined when it does not exist. */
  readonly find: (name: string) => NameEntry | undefined;
  /** The answer for a name that does not exist. */
  readonly absent: (name: string) => Answer;
}

const refused: Answer = { code: 'REFUSED', authoritative: false, answers: [], authority: [], additional: [] };

/** Zone transfers (RFC 5936, RFC 1995) and the two obsolete mail queries, which this server does not support. */
const refusedTypes: ReadonlySet<string> = new Set(['AXFR', 'IXFR', 'MAILA', 'MAILB']);

/**
 * The zone's answer to a question.
 *
 *     name                                   type              answer
 *     ─────────────────────────────────────  ────────────────  ──────────────────────────────────────────────
 *     outside the zone                       any               REFUSED: another server has it
 *     in the zone                            AXFR, IXFR, MAIL  REFUSED
 *     does not exist, nor anything below it  any               NXDOMAIN, SOA (RFC 2308 §2.1)
 *     exists, also only as a parent          without data      NOERROR, nothing, SOA (RFC 2308 §2.2, RFC 8020)
 *     exists                                 with data         the whole record set
 *     exists                                 ANY               one of its record sets (RFC 8482 §4.1)
 */
export const answer = (zone: AnsweredZone, { name, type }: Question): Answer => {
  if (!zone.covers(name) || refusedTypes.has(type)) return refused;
  const entry = zone.find(name);
  if (entry === undefined) return zone.absent(name);
  if (type === 'ANY') return entry.byType.values().next().value ?? entry.noData;
  return entry.byType.get(type) ?? entry.noData;
};
