/**
 * The SPIFFE trust domain of a cluster: every cluster is its own, so that no authority can speak for another.
 *
 * Cluster and project are DNS labels, so the two cannot run into one another. Identities in it are paths: `/node/<node>` for a node,
 * `/ns/<namespace>/sa/<serviceaccount>` for a workload.
 */
export const trustDomain = (cluster: string, project: string): string => `spiffe://${cluster}.${project}`;

/** Identity of a certificate that may sign statements in the name of the cluster's authority, and nothing else. */
export const statementSigner = (cluster: string, project: string): string => `${trustDomain(cluster, project)}/statements`;
