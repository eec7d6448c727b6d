/**
 * The SPIFFE trust domain of a cluster: every cluster is its own, so that no authority can speak for another.
 *
 * Cluster and project are DNS labels, so the two cannot run into one another.
 */
export const trustDomain = (cluster: string, project: string): string => `spiffe://${cluster}.${project}`;

/** The SPIFFE ID of a node, as node certificates will carry it. */
export const nodeId = (cluster: string, project: string, node: string): string => `${trustDomain(cluster, project)}/node/${node}`;
