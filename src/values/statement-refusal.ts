/**
 * Every reason to refuse a statement of another cluster, declared once; the reference page prints the value.
 * Verification finds the first group; the comparison with what was delegated to the cluster finds the second.
 */
export const statementRefusals = {
  TooLarge: 'The statement is larger than any honest one.',
  BadSignature: 'The signature is not that of the cluster’s pinned authority over exactly these bytes.',
  AuthorityExpired: 'The certificate of the cluster’s authority is not valid at this time.',
  Malformed: 'The statement is not canonical JSON, or a field has a value that it cannot have.',
  WrongCluster: 'The statement speaks for another cluster.',
  WrongProject: 'The statement was made for another project.',
  WrongSlice: 'The statement was made for another slice, or for one of the same name that was deleted.',
  WrongSubject: 'The statement is about another kind or subject than the notice that carries it.',
  SerialNotHigher: 'A statement with the same or a higher serial was seen already, so this one is a replay.',
  LifetimeTooLong: 'The statement claims to hold for longer than any may, or for no time at all.',
  NotYetValid: 'The statement was issued more than its longest lifetime ahead of the clock here.',
  Expired: 'The statement has expired.',
  AuthorityRevoked: 'An administrator of this cluster ended the belief in the authority of the other one.',
  AuthorityChanged: 'The cluster shows another authority than the one that is pinned for it.',

  NotMember: 'The hub granted the cluster nothing in the slice, or its membership ended.',
  OverBudget: 'The cluster publishes more than one member may.',
  ClusterUnknown: 'The cluster did not publish yet which authority it has and which blocks it uses.',
  BlockOutsideSubnet: 'A block lies outside the pod addresses of the slice.',
  BlockOutsideCluster: 'A block of a node lies outside the blocks of its cluster.',
  BlockNotGranted: 'The cluster claims a block that the hub did not grant it.',
  BlockTaken: 'A block belongs to another cluster or node.',
  RouterOutsideNode: 'The address of a node is not the first of its first block.',
  KeyTaken: 'Two nodes claim the same tunnel key.',
  EndpointUnusable: 'A tunnel endpoint lies inside the slice or is not an address that can be reached from elsewhere.',
  NamespaceNotInSlice: 'The export is of a namespace that does not belong to the slice.',
  EndpointOutsideNode:
    'Endpoints of an export are not on a node of the cluster, or do not have an address of that node; the others are used.',
  ExportConflict:
    'An older export of the same name in another cluster differs, for example in ports or type; what the older one has counts.',
} as const;

/** One of the catalogued codes. */
export type StatementRefusalCode = keyof typeof statementRefusals;

/** Why a statement is refused. */
export interface StatementRefusal {
  readonly code: StatementRefusalCode;
  /** One sentence: what, why, and, if possible, the remedy. */
  readonly message: string;
}
