import type { Answer, ResourceRecord } from './record.ts';
import { emptyEntry, type NameEntry } from './service-names.ts';

/** How long answers of a zone may be cached, and its serial. */
export interface ZoneTimes {
  /** Seconds that an address may be cached. */
  readonly ttl: number;
  /** Seconds that a negative answer may be cached. */
  readonly negativeTtl: number;
  /** The SOA serial. These zones have no transfers, so the serial only distinguishes starts of the server. */
  readonly serial: number;
}

/** What every zone has: the records at its origin, and the answers without data. */
export interface ZoneApex {
  /** The SOA record of every answer without data. */
  readonly authority: readonly ResourceRecord[];
  /** The entry of the origin: SOA and NS. */
  readonly own: NameEntry;
  /** The entry of a name without data of its own. */
  readonly empty: NameEntry;
  /** The answer for a name that does not exist. */
  readonly absent: Answer;
}

const answerOf = (record: ResourceRecord): Answer => ({
  code: 'NOERROR',
  authoritative: true,
  answers: [record],
  authority: [],
  additional: [],
});

/** The apex of a zone (RFC 1034 §4.2.1); `primary` is the name of its server. */
export const zoneApex = (origin: string, primary: string, { ttl, negativeTtl, serial }: ZoneTimes): ZoneApex => {
  const mailbox = `hostmaster.${primary.slice(primary.indexOf('.', primary.indexOf('.') + 1) + 1)}`;
  const soa: ResourceRecord = {
    name: origin,
    ttl: negativeTtl,
    data: { type: 'SOA', primary, mailbox, serial, refresh: 7200, retry: 1800, expire: 86400, minimum: negativeTtl },
  };
  const ns: ResourceRecord = { name: origin, ttl, data: { type: 'NS', target: primary } };
  const authority = [soa];
  const empty = emptyEntry(authority);
  const byType = new Map([
    ['SOA', answerOf(soa)],
    ['NS', answerOf(ns)],
  ]);
  return { authority, own: { ...empty, byType }, empty, absent: { ...empty.noData, code: 'NXDOMAIN' } };
};
