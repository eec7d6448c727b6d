import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import type { Cluster } from '../../api/cluster/type.ts';
import type { CredentialRequest } from '../../api/credentialrequest/type.ts';
import {
  accessPolicyKind,
  clusterKind,
  credentialRequestKind,
  membershipKind,
  noticeKind,
  projectKind,
  sliceKind,
} from '../../api/kinds.ts';
import { clusterLabel, sliceLabel, statementLabel } from '../../api/labels.ts';
import type { Membership } from '../../api/membership/type.ts';
import type { Notice } from '../../api/notice/type.ts';
import { hubNamespace } from '../../api/places.ts';
import type { Project } from '../../api/project/type.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { Client } from '../../kubernetes/client.ts';
import { type Lease, leaseKind } from '../../kubernetes/kinds.ts';
import { createMirror, type Mirror } from '../../kubernetes/mirror.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { type Clock, systemClock } from '../../values/clock.ts';
import { createWorkerSigns, type WorkerSigns } from './worker-signs.ts';
import { createWriteRates, type WriteRates } from './write-rates.ts';

/** The controller's mirrors of the hub. */
export interface World {
  readonly client: Client;
  readonly projects: Mirror<Project>;
  readonly clusters: Mirror<Cluster>;
  readonly slices: Mirror<Slice>;
  readonly memberships: Mirror<Membership>;
  /** Policies of slices. Index `slice`: namespace/name of the slice. */
  readonly accessPolicies: Mirror<AccessPolicy>;
  /** Reports about links only; the controller does not read what clusters offer each other. */
  readonly links: Mirror<Notice>;
  /** The workers' leases. */
  readonly leases: Mirror<Lease>;
  /** Clusters that request a hub credential by proof of their key. */
  readonly credentialRequests: Mirror<CredentialRequest>;
  /** When those changed. */
  readonly signs: WorkerSigns;
  /** Members that change their notices too fast; counted by the leading instance. */
  readonly writeRates: WriteRates;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Field manager of everything that the controller writes. */
export const fieldManager = 'kubeslice-controller';

/** Namespace and name of a membership's slice, as index of memberships. */
export const sliceIndex = (namespace: string | undefined, slice: string): string => `${namespace ?? ''}/${slice}`;

/** The mirrors from which the controller decides; `run` must be called on each. */
export const observeHub = (client: Client, log: Log, metrics: Metrics, clock: Clock = systemClock): World => {
  const signs = createWorkerSigns(clock);
  const leases = createMirror({
    client,
    kind: leaseKind,
    labelSelector: `${clusterLabel},!${sliceLabel}`,
    onContact: (contact) => (contact === 'found' ? signs.contactFound() : undefined),
    log,
    metrics,
  });
  signs.follow(leases);
  return {
    client,
    log,
    metrics,
    projects: createMirror({ client, kind: projectKind, namespace: hubNamespace, log, metrics }),
    clusters: createMirror({ client, kind: clusterKind, log, metrics }),
    slices: createMirror({ client, kind: sliceKind, log, metrics }),
    memberships: createMirror({
      client,
      kind: membershipKind,
      log,
      metrics,
      keepManager: fieldManager,
      indexes: {
        slice: (membership) => [sliceIndex(membership.metadata.namespace, membership.spec.slice)],
        exchange: (membership) => [membership.spec.exchangeNamespace],
      },
    }),
    accessPolicies: createMirror({
      client,
      kind: accessPolicyKind,
      mayBeMissing: true,
      log,
      metrics,
      indexes: { slice: ({ metadata, spec }: AccessPolicy) => [sliceIndex(metadata.namespace, spec.slice)] },
    }),
    links: createMirror({
      client,
      kind: noticeKind,
      labelSelector: `${statementLabel}=links`,
      log,
      metrics,
      indexes: { slice: (notice) => [notice.metadata.namespace ?? ''] },
    }),
    credentialRequests: createMirror({ client, kind: credentialRequestKind, namespace: hubNamespace, log, metrics }),
    leases,
    signs,
    writeRates: createWriteRates(clock),
  };
};

/** Every mirror of the world, to run and to await. */
export const mirrorsOf = ({ projects, clusters, slices, memberships, accessPolicies, links, leases, credentialRequests }: World) => [
  projects,
  clusters,
  slices,
  memberships,
  accessPolicies,
  links,
  leases,
  credentialRequests,
];

/** The slice of a board, by the memberships that name it; undefined when there is none. */
export const sliceOfBoard = (
  { memberships }: Pick<World, 'memberships'>,
  board: string,
): { namespace: string; name: string } | undefined => {
  const [membership] = memberships.byIndex('exchange', board);
  return membership && { namespace: membership.metadata.namespace ?? '', name: membership.spec.slice };
};
