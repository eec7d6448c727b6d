import type { ServiceExportSpec } from '../../../api/serviceexport/type.ts';
import { type ExportBody, isTrafficPolicy } from '../../../exchange/statement/export.ts';
import type { Service } from '../../../values/builtin/service.ts';

/** The traffic policies of an exported service, as its statement has them: none where they are Kubernetes' default. */
export type TrafficPolicies = Pick<ExportBody, 'internalTrafficPolicy' | 'trafficDistribution'>;

/**
 * The traffic policies that an export states: its own, or those of its Service. Neither applies to a headless service, whose clients choose a pod themselves
 * (KEP-2086). A value that no Service can have is not stated.
 */
export const statedPolicies = (exported: ServiceExportSpec, service: Service | undefined): TrafficPolicies => {
  if (service?.spec?.clusterIP === 'None') return {};
  const internalTrafficPolicy = exported.internalTrafficPolicy ?? service?.spec?.internalTrafficPolicy ?? 'Cluster';
  const trafficDistribution = exported.trafficDistribution ?? service?.spec?.trafficDistribution;
  return {
    ...(internalTrafficPolicy === 'Cluster' || !isTrafficPolicy(internalTrafficPolicy) ? {} : { internalTrafficPolicy }),
    ...(trafficDistribution === undefined || !isTrafficPolicy(trafficDistribution) ? {} : { trafficDistribution }),
  };
};

/** The traffic policies of an export, and no others of its fields. */
export const policiesOf = ({ internalTrafficPolicy, trafficDistribution }: TrafficPolicies): TrafficPolicies => ({
  ...(internalTrafficPolicy === undefined ? {} : { internalTrafficPolicy }),
  ...(trafficDistribution === undefined ? {} : { trafficDistribution }),
});

/** What a traffic distribution means: `PreferClose` is the former name of `PreferSameZone` (KEP-3015). `none` without one. */
export const distributionText = ({ trafficDistribution = 'none' }: TrafficPolicies): string =>
  trafficDistribution === 'PreferClose' ? 'PreferSameZone' : trafficDistribution;
