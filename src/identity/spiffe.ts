/**
 * The SPIFFE trust domain of a cluster. Every cluster has its own, so that no authority can sign for another cluster.
 * Cluster and project are DNS labels, so their boundary is unambiguous. Identities in it are paths: `/node/<node>` for a node,
 * `/ns/<namespace>/sa/<serviceaccount>` for a workload.
 */
export const trustDomain = (cluster: string, project: string): string => `spiffe://${cluster}.${project}`;

/** Identity of a certificate that may sign statements for the cluster's authority, and nothing else. */
export const statementSigner = (cluster: string, project: string): string => `${trustDomain(cluster, project)}/statements`;

/** Identity of a node. A node name is a DNS subdomain, so it is one segment of a path. */
export const nodeIdentity = (cluster: string, project: string, node: string): string => `${trustDomain(cluster, project)}/node/${node}`;

/** The cluster of a node's identity; undefined for everything else. */
export const clusterOfNode = (identity: string): string | undefined =>
  /^spiffe:\/\/([a-z0-9-]+)\.[a-z0-9-]+\/node\/[^/]+$/.exec(identity)?.[1];
