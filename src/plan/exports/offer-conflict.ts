import type { Offer } from '../../exchange/judgement/offer.ts';
import type { ExportBody, ExportEndpoint, ExportPort } from '../../exchange/statement/export.ts';
import { defaultAffinitySeconds } from '../../values/builtin/session-affinity.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import { type NamedExport, oldestFirst } from './export-age.ts';
import { distributionText, policiesOf } from './properties/traffic-policies.ts';
import { UnitedPorts } from './united-ports.ts';

/** A property in which exports of one name can differ. */
export type ConflictingProperty =
  | 'Annotations'
  | 'InternalTrafficPolicy'
  | 'Labels'
  | 'Ports'
  | 'SessionAffinity'
  | 'SessionAffinityConfig'
  | 'TrafficDistribution'
  | 'Type';

/** A property of an export that differs from an older one of the same name, which counts. */
export interface OfferConflict {
  readonly younger: string;
  readonly older: string;
  readonly property: ConflictingProperty;
  /** The difference, for people: `type Headless and not ClusterSetIP`. */
  readonly what: string;
}

/** An export with its properties as they are used. */
interface SettledExport<One> {
  readonly one: One;
  readonly body: ExportBody;
  /** For each stated port the one as which it is used; undefined when it is not used. */
  readonly ports: readonly (ExportPort | undefined)[];
}

/** The exports of a name, the oldest first, and in what they differ. */
export interface ExportsOfName<One> {
  readonly settled: readonly SettledExport<One>[];
  readonly conflicts: readonly OfferConflict[];
}

/** The offers of a name as they are used, the oldest first, and in what they differed. */
export interface OffersOfName {
  readonly used: readonly Offer[];
  readonly conflicts: readonly OfferConflict[];
}

/** Properties of the service as a whole, which are those of the oldest export. */
const wholeProperties: readonly {
  readonly property: ConflictingProperty;
  readonly words: string;
  readonly valueOf: (body: ExportBody, oldest: ExportBody) => string;
  /** The difference, where values are too long for people. */
  readonly difference?: string;
}[] = [
  { property: 'Type', words: 'type', valueOf: ({ type }) => type },
  { property: 'SessionAffinity', words: 'session affinity', valueOf: ({ sessionAffinity }) => sessionAffinity },
  {
    property: 'SessionAffinityConfig',
    words: 'session affinity for',
    // Exports that differ in whether there is affinity at all have no second conflict about its time.
    valueOf: ({ sessionAffinity, affinitySeconds = defaultAffinitySeconds }, oldest) =>
      `${sessionAffinity === oldest.sessionAffinity ? affinitySeconds : (oldest.affinitySeconds ?? defaultAffinitySeconds)} s`,
  },
  {
    property: 'InternalTrafficPolicy',
    words: 'internal traffic policy',
    // A headless service has no traffic policies, so one that differs in its type has no second conflict.
    valueOf: (body, oldest) => (body.type === oldest.type ? body : oldest).internalTrafficPolicy ?? 'Cluster',
  },
  {
    property: 'TrafficDistribution',
    words: 'traffic distribution',
    valueOf: (body, oldest) => distributionText(body.type === oldest.type ? body : oldest),
  },
  { property: 'Labels', words: '', difference: 'other exported labels', valueOf: ({ labels = {} }) => canonicalJson(labels) },
  {
    property: 'Annotations',
    words: '',
    difference: 'other exported annotations',
    valueOf: ({ annotations = {} }) => canonicalJson(annotations),
  },
];

/** The export with these properties of the oldest one. */
const withProperties = (body: ExportBody, oldest: ExportBody): ExportBody => {
  const { affinitySeconds: _, labels: __, annotations: ___, internalTrafficPolicy: ____, trafficDistribution: _____, ...others } = body;
  const { type, sessionAffinity, affinitySeconds, labels, annotations } = oldest;
  return {
    ...others,
    type,
    sessionAffinity,
    ...(affinitySeconds === undefined ? {} : { affinitySeconds }),
    ...policiesOf(oldest),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
};

/**
 * Unites the exports of a name into one service (KEP-1645, "Constraints and Conflict Resolution"). Every export is used. Where a property cannot be
 * merged, the oldest export decides it, and the others lose that property only: ports are united (see {@link UnitedPorts}), everything else is as the
 * oldest export has it.
 */
export const uniteExports = <One extends NamedExport>(exports: readonly One[], since: (cluster: string) => number): ExportsOfName<One> => {
  const sorted = oldestFirst(exports, since);
  const oldest = sorted[0];
  if (oldest === undefined) return { settled: [], conflicts: [] };
  const union = new UnitedPorts();
  const conflicts: OfferConflict[] = [];
  const settled = sorted.map((one): SettledExport<One> => {
    const { cluster, body } = one;
    const differing = wholeProperties.filter(({ valueOf }) => valueOf(body, oldest.body) !== valueOf(oldest.body, oldest.body));
    for (const { property, words, valueOf, difference } of differing)
      conflicts.push({
        younger: cluster,
        older: oldest.cluster,
        property,
        what: difference ?? `${words} ${valueOf(body, oldest.body)} and not ${valueOf(oldest.body, oldest.body)}`,
      });
    const united = union.add(cluster, body.ports);
    for (const { older, what } of united.conflicts) conflicts.push({ younger: cluster, older, property: 'Ports', what });
    const withPorts = united.conflicts.length === 0 ? body : { ...body, ports: united.ports.filter((port) => port !== undefined) };
    return { one, body: differing.length === 0 ? withPorts : withProperties(withPorts, oldest.body), ports: united.ports };
  });
  return { settled, conflicts };
};

/** The offers of a name as they are used. An endpoint has the target ports of those ports that are used. */
export const offersOfName = (offers: readonly Offer[], since: (cluster: string) => number): OffersOfName => {
  const { settled, conflicts } = uniteExports(offers, since);
  return {
    conflicts,
    used: settled.map(({ one, body, ports }): Offer => {
      if (body === one.body) return one;
      if (ports.every((port) => port !== undefined)) return { ...one, body };
      const kept = ({ targetPorts, ...endpoint }: ExportEndpoint): ExportEndpoint =>
        targetPorts === undefined ? endpoint : { ...endpoint, targetPorts: targetPorts.filter((_, index) => ports[index] !== undefined) };
      return { ...one, body, parts: one.parts.map((part) => ({ ...part, endpoints: part.endpoints.map(kept) })) };
    }),
  };
};
