import type { Cluster } from '../../api/cluster/type.ts';
import { exchangeNamespace } from '../../api/places.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { LinksBody } from '../../exchange/statement/links.ts';
import { didYouMean } from '../../values/text/nearest.ts';
import type { Acceptance } from '../membership/acceptance.ts';
import type { Grants } from '../membership/grants.ts';
import type { Members } from '../membership/members.ts';
import type { MissingCluster, SliceEvidence } from './slice-status.ts';

/** The decisions about a slice, and the observations of its clusters. */
export interface SliceFindings {
  readonly slice: Slice;
  readonly members: Members;
  readonly acceptance: Acceptance;
  readonly grants: Grants;
  /** The clusters of the project. */
  readonly clusters: readonly Cluster[];
  /** Each cluster's report about its links. */
  readonly reports: ReadonlyMap<string, LinksBody>;
  /** Whether the hub has the definition of AccessPolicy. */
  readonly policiesServed: boolean;
}

/** Clusters that should be members and are not, each with the reason and the remedy. */
const missingClusters = ({ members, acceptance, clusters }: SliceFindings): ReadonlyMap<string, MissingCluster> => {
  const joined = clusters.map(({ metadata }) => metadata.name);
  const missing = new Map<string, MissingCluster>();
  for (const [name, message] of acceptance.excluded) missing.set(name, { reason: 'SubnetOverlap', message });
  for (const name of members.unknown) {
    const message = `Cluster ${name} is not registered; join it with "kubeslice join ${name}" or remove it from spec.clusters.${didYouMean(name, joined)}`;
    missing.set(name, { reason: 'UnknownCluster', message });
  }
  for (const name of members.waiting) {
    const message = `Cluster ${name} has not joined yet; run "kubeslice token create ${name}" and join with it.`;
    missing.set(name, { reason: 'WaitingForCluster', message });
  }
  return missing;
};

/** The inputs of the status of a slice. A slice without any granted block has no board. */
export const sliceEvidence = (findings: SliceFindings): SliceEvidence => {
  const { slice, acceptance, grants, clusters, reports } = findings;
  const healthy = new Set(
    clusters.filter(({ status }) => status?.clusterHealth?.clusterHealthStatus === 'Normal').map(({ metadata }) => metadata.name),
  );
  return {
    slice,
    accepted: acceptance.verdict,
    exchangeNamespace: grants.blocks.size > 0 ? exchangeNamespace(slice.metadata.uid ?? '') : undefined,
    withoutBlock: grants.excluded,
    shortage: grants.shortage,
    retired: grants.retired,
    policiesServed: findings.policiesServed,
    missing: missingClusters(findings),
    clusters: [...grants.blocks].map(([name, blocks]) => ({
      name,
      blocks,
      connected: healthy.has(name),
      report: reports.get(name),
    })),
  };
};
