import type { ResourceKind } from '../../values/resource-kind.ts';
import { about } from '../groups.ts';
import type { ClusterProperty } from './type.ts';

/** One of the versions of the API for properties of a cluster that we know. */
export type AboutVersion = (typeof about.versions)[number];

const { group } = about;

/** ClusterProperty, in the version that a cluster serves. */
export const clusterPropertyKind = (version: AboutVersion): ResourceKind<ClusterProperty> => ({
  group,
  version,
  kind: 'ClusterProperty',
  plural: 'clusterproperties',
  namespaced: false,
});

/** Name of its definition. */
export const clusterPropertyDefinitionName = `clusterproperties.${group}`;

/** Names of the two well-known properties (KEP-2149, "Well known properties"): the name of the cluster in its clusterset, and that of the clusterset. */
export const wellKnownProperties = { cluster: 'cluster.clusterset.k8s.io', clusterset: 'clusterset.k8s.io' } as const;
