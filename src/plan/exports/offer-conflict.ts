import type { Offer } from '../../exchange/judgement/offer.ts';
import type { ExportBody, ExportPort } from '../../exchange/statement/export.ts';

/** An export of the name: its cluster, and its properties. */
export interface NamedExport {
  readonly cluster: string;
  readonly body: ExportBody;
}

/** An offer that conflicts with an older one of the same name, and is not used. */
export interface OfferConflict {
  readonly younger: string;
  readonly older: string;
  readonly property: 'Type' | 'Ports';
  /** The difference, for people: `type Headless and not ClusterSetIP`. */
  readonly what: string;
}

/** A property in which exports of one name can differ. */
export type ConflictingProperty = OfferConflict['property'] | 'SessionAffinity';

/** The used offers of a name, the oldest first, and those that conflict with them. */
export interface OffersOfName<One extends NamedExport = Offer> {
  readonly used: readonly One[];
  readonly conflicts: readonly OfferConflict[];
}

/** Within how many milliseconds two clusters count as first known at the same time. */
const sameTimeMs = 600_000;

/**
 * Decides the owner of a name: its oldest export (KEP-1645). A younger one with the same type and without a conflicting port is used too, and its
 * ports are added.
 *
 * ```
 * younger export                                       then
 * the same ports, fewer, or further ones               used
 * a port name with another number or protocol          not used
 * a port number and protocol with another appProtocol  not used
 * another type                                         not used
 * ```
 * An export of another cluster counts as no older than the time when that cluster was first known here (`since`); otherwise a new cluster could take
 * over a name with a false date. Clusters that became known at about the same time compare their dates, or each would consider itself the older one.
 */
export const offersOfName = <One extends NamedExport>(offers: readonly One[], since: (cluster: string) => number): OffersOfName<One> => {
  const earliest = Math.min(...offers.map(({ cluster }) => since(cluster)));
  const ageOf = ({ cluster, body }: One): number => {
    const isNewcomer = since(cluster) - earliest > sameTimeMs;
    return isNewcomer ? Math.max(Date.parse(body.created), since(cluster)) : Date.parse(body.created);
  };
  const oldestFirst = offers
    .map((offer) => ({ offer, age: ageOf(offer) }))
    .toSorted((a, b) => a.age - b.age || (a.offer.cluster < b.offer.cluster ? -1 : 1));
  const used: One[] = [];
  const conflicts: OfferConflict[] = [];
  /** The oldest used offer of each type with each list of ports: most clusters offer a service alike, and are compared once. */
  const kinds = new Map<string, One>();
  for (const { offer } of oldestFirst) {
    const conflict = conflictOf(offer, kinds.values());
    if (conflict !== undefined) {
      conflicts.push(conflict);
      continue;
    }
    used.push(offer);
    const kind = JSON.stringify([offer.body.type, offer.body.ports]);
    if (!kinds.has(kind)) kinds.set(kind, offer);
  }
  return { used, conflicts };
};

/** The used offers with another session affinity than the oldest one, whose session affinity counts. They are used nevertheless (KEP-1645). */
export const affinityConflicts = <One extends NamedExport>([oldest, ...younger]: readonly One[]): One[] =>
  younger.filter(({ body }) => body.sessionAffinity !== oldest?.body.sessionAffinity);

const conflictOf = (offer: NamedExport, older: Iterable<NamedExport>): OfferConflict | undefined => {
  for (const one of older) {
    const found = contradiction(offer, one);
    if (found !== undefined) return { younger: offer.cluster, older: one.cluster, ...found };
  }
  return undefined;
};

const contradiction = (
  { body: mine }: NamedExport,
  { body: theirs }: NamedExport,
): Pick<OfferConflict, 'property' | 'what'> | undefined => {
  if (mine.type !== theirs.type) return { property: 'Type', what: `type ${mine.type} and not ${theirs.type}` };
  for (const port of mine.ports) {
    const other = theirs.ports.find((their) => isSamePort(port, their) && !agree(port, their));
    if (other !== undefined) return { property: 'Ports', what: `port ${text(port)} and not ${text(other)}` };
  }
  return undefined;
};

/** Ports without a name are identified by their numbers. */
const isSamePort = (a: ExportPort, b: ExportPort): boolean =>
  (a.name !== undefined && a.name === b.name) || (a.port === b.port && a.protocol === b.protocol);

const agree = (a: ExportPort, b: ExportPort): boolean =>
  (a.name ?? '') === (b.name ?? '') && a.port === b.port && a.protocol === b.protocol && a.appProtocol === b.appProtocol;

const text = ({ name, port, protocol, appProtocol }: ExportPort): string =>
  `${name === undefined ? '' : `"${name}" `}${port}/${protocol}${appProtocol === undefined ? '' : ` (${appProtocol})`}`;
