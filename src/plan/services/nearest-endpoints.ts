/** A node of a slice. */
export interface NodePlace {
  readonly cluster: string;
  readonly node: string;
}

/** Which endpoints of a service the clients of a node get. */
export interface TrafficPolicy {
  /** `internalTrafficPolicy: Local`: those on the node of the client, and no others (KEP-2086). */
  readonly onlyOnNode?: true;
  /** `trafficDistribution`: how near to the client the first ones are (KEP-3015). @default it does not matter */
  readonly prefers?: 'Cluster' | 'Node';
}

/** What the fields of a Service ask for; a value that this version does not know asks for nothing. */
export const trafficPolicyOf = (fields: {
  readonly internalTrafficPolicy?: string | undefined;
  readonly trafficDistribution?: string | undefined;
}): TrafficPolicy => {
  const prefers = { PreferClose: 'Cluster', PreferSameZone: 'Cluster', PreferSameNode: 'Node' } as const;
  const { internalTrafficPolicy, trafficDistribution = '' } = fields;
  return {
    ...(internalTrafficPolicy === 'Local' ? { onlyOnNode: true } : {}),
    ...(Object.hasOwn(prefers, trafficDistribution) ? { prefers: prefers[trafficDistribution as keyof typeof prefers] } : {}),
  };
};

const nearness = (policy: TrafficPolicy, here: NodePlace, { cluster, node }: NodePlace): number => {
  if (cluster !== here.cluster) return 0;
  return policy.prefers === 'Node' && node === here.node ? 2 : 1;
};

/**
 * Those of the usable endpoints of a service that the clients of a node get.
 *
 * ```
 * policy                    the clients get the endpoints
 * none                      all
 * PreferClose, SameZone     of their own cluster, or all if it has none
 * PreferSameNode            of their own node, else of their own cluster, else all
 * Local, whatever else      of their own node, and no others
 * ```
 * A cluster stands for a zone: the zone of a node is in no statement. Without `here`, nothing is near, and all are taken.
 */
export const nearestEndpoints = <One extends NodePlace>(
  usable: readonly One[],
  policy: TrafficPolicy,
  here: NodePlace | undefined,
): readonly One[] => {
  if (here === undefined) return usable;
  if (policy.onlyOnNode === true) return usable.filter(({ cluster, node }) => cluster === here.cluster && node === here.node);
  if (policy.prefers === undefined) return usable;
  const best = Math.max(...usable.map((one) => nearness(policy, here, one)));
  return usable.filter((one) => nearness(policy, here, one) === best);
};
