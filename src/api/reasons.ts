/** Every condition reason, declared once; the reference page prints the value. */
export const reasons = {
  Accepted: 'The object is valid and is being processed.',
  AddressSpaceTooSmall: 'The slice subnet has no free block for another cluster; the message contains how many fit.',
  AgentAbsent: 'A node has not published its tunnel yet: its agent does not run or cannot reach its API server.',
  AwaitingCluster: 'No cluster of the slice has joined yet.',
  BlockRefused: 'The hub grants the cluster an address block that is outside the slice, or that the cluster uses itself.',
  BudgetNear: 'Most of a budget is used; the message names the cluster, the budget and the usage.',
  BudgetReached: 'A budget or a rate is reached; the message names the cluster, the budget, and what is over capacity or waits.',
  CertificateExpiring: 'The certificate of a node is near its end and was not renewed; tunnels under mutual TLS close with it.',
  CniNotChained:
    'The container network configuration of a node does not contain the plugin of KubeSlice; its pods are attached only after they have started.',
  ClockAgrees: 'The clock of the member agrees with that of the hub again.',
  ClockDiffers: 'The clock of a member differs from that of the hub; only certificates and logs depend on it.',
  ClusterRemoved: 'The hub no longer accepts credentials of this cluster, for example because the cluster was removed there.',
  ConnectionLost: 'The worker of a cluster has not renewed its lease in time.',
  DnsServersAway: 'The DNS servers of KubeSlice do not answer in this cluster.',
  DefinitionMissing: 'The API server has no definition of a kind: it is older than the program that asks for it, or was removed.',
  DeniedByPolicy: 'Another policy denies everything that this one allows, and a denial wins; the message names it.',
  DiskFull: 'The disk of a node cannot be written, so the node would lose its slices at a reboot.',
  DriverUnavailable: 'This node has no usable tunnel driver.',
  DuplicatePorts: 'Two ports of the export have the same name, or the same number and protocol.',
  DryRun: 'The policy has dryRun and changes no traffic.',
  EndpointsNotAttached: 'Matching pods exist, but none has a slice address yet.',
  EndpointsNotReady: 'Matching pods have addresses, but none is Ready.',
  Enforced: 'Every node that has the slice enforces the policy, on the hub: in every member.',
  Exported: 'The service is offered to the slice and has ready endpoints.',
  ExportConflict: 'Exports of one name in several clusters differ, for example in ports or type; what the older ones have counts.',
  ExportContradicted: 'Another cluster has a younger export of this name that differs from an older one; what the older one has counts.',
  FieldRefused:
    'An object that the agent reads has an invalid value; the message names object and field. The last valid state stays in use.',
  FieldsIgnored: 'The object sets fields that are accepted and have no effect in this version; the message names them.',
  FieldUnknown:
    'A member is of an earlier version than the hub and does not know a field of a policy; it denies what the rest of the policy selects. The message names the policy, the field and the member.',
  HostNetworkPods: 'The pods of the export use the network of their node (hostNetwork), which is not part of any slice.',
  HubCertificateRefused: 'The member’s certificate authority for the hub does not verify the server at the hub’s address.',
  HubAway: 'The hub does not answer; the message contains since when.',
  Imported: 'The service of the slice can be used in this cluster.',
  KernelFeatureMissing: 'The node lacks a kernel feature; the message names it.',
  LinkDown:
    'Tunnels between nodes carry no packets; the message counts them and names a pair. The slice is not Ready when two clusters do not reach each other at all, and Degraded otherwise.',
  LinksPending: 'Tunnels between some nodes have not carried a packet yet.',
  NamesAnswered: 'Cluster DNS answers for the zone of the slices.',
  NamesNotWired: 'Cluster DNS does not forward the zone of the slices; the message contains the obstacle, or the lines to add by hand.',
  NamesPending: 'Cluster DNS was configured to forward the zone of the slices and does not do so yet.',
  NamespaceConflict: 'A namespace of the slice belongs to another, older slice.',
  MembershipMissing: 'The hub has no membership of this cluster in the slice and did not end it; what runs continues.',
  NamespaceNotAllowed: 'A namespace of the slice was not allowed when this cluster joined.',
  NamespaceNotFound:
    'No cluster of the slice has a namespace that the slice names; the message proposes an existing one with a similar name.',
  NamespaceNotInSlice: 'The namespace of the object is not a member of the slice it names.',
  NoMatchingPods: 'No pod matches the selector of the export.',
  NotEnforced:
    'A node, on the hub a member, has not confirmed yet that it enforces the current policies; the message counts them and names one.',
  NothingListens:
    'The pods of the export are Ready, but in none of them a program listens on a target port of the service, so connections are refused; the message names port and pod.',
  NotReadyAddressesPublished: 'The Service sets publishNotReadyAddresses, so pods that are not Ready are endpoints too.',
  NodeNotReady: 'A node is not Ready in Kubernetes: it is powered off, disconnected or broken.',
  NotInUse: 'No pod of the slice runs on the node, so the node is not in the slice; it joins when a pod is scheduled there.',
  NotJoined: 'The cluster has no usable credential for a hub.',
  NotConnected: 'The node has no tunnel to the rest of the slice.',
  OfferImpossible:
    'The export cannot be published, because other clusters would refuse the statement; the message contains the reason. The previous statement is withdrawn.',
  OwnerRemoved:
    'A cluster was removed without a farewell, so its address blocks stay reserved here; the message names them and the command that frees them.',
  PodsExcluded: 'The pods of the export have the label kubeslice.io/exclude=true, which keeps them out of the slice.',
  PacketsTooLarge:
    'Large packets to the nodes of a cluster are lost while small ones arrive: the network between them has a smaller MTU than the interfaces of the nodes.',
  PropertyOfOthers:
    'A ClusterProperty that names this cluster or its clusterset has another value, and KubeSlice did not write it; the message has both values.',
  Ready: 'Everything requested is in place and was observed to work.',
  Registered: 'The cluster has joined and its worker is connected.',
  SelectsNoPod: 'The policy selects no pod that is in the slice.',
  ServiceIsExternalName: 'The Service to export is an alias for a host outside of the cluster (ExternalName).',
  ServiceNotFound: 'The Service to export does not exist in the namespace.',
  ServiceWithoutPorts: 'The Service to export has no ports, and the export names none.',
  ServiceWithoutSelector: 'The Service to export selects no pods, and the export has no selector.',
  ServiceAddressAssigned: 'The service has an address in the slice.',
  ServiceRangeFull:
    'Every address of the service range of the slice is in use, so the service has none and its name answers with the addresses of its pods, which are called at the ports of the pods.',
  SliceNotFound: 'This cluster has no slice of that name.',
  StatementRefused: 'A notice of another cluster failed verification and is not used; the message names it and the reason.',
  StatementsWithheld:
    'The hub answers but withholds what a cluster publishes; the message names the clusters and since when. Their notices are read through the tunnels.',
  StricterDefaultKept:
    'The hub opens a slice that denied by default; this cluster goes on to deny, until an administrator of it allows the change.',
  SubnetNotAllowed: 'The slice subnet is not a private network, and no administrator of this cluster allowed it.',
  SubnetOverlap: 'The slice subnet overlaps with a network that a member cluster uses already.',
  TargetPortNotFound:
    'The targetPort of a Service is the name of a port that no container of the matching pods has; the message contains it.',
  TooManyEndpoints: 'The export has more endpoints than can be published; the message contains how many are over capacity.',
  TooManyPolicies: 'The slice has more policies than a member gets; this one came later and is not in force.',
  UnknownCluster: 'The slice names a cluster that is not registered.',
  UnknownName: 'The policy names a cluster or a namespace that the slice does not have; the message proposes a similar name.',
  WaitingForCluster: 'The cluster was created on the hub but has not joined yet.',
} as const;

/** One of the catalogued condition reasons. */
export type Reason = keyof typeof reasons;
