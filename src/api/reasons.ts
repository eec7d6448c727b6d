/**
 * Every reason that a condition can carry, declared once; the value is what the reference page says about it.
 */
export const reasons = {
  Accepted: 'The object is valid and is being acted on.',
  AddressSpaceTooSmall: 'The slice subnet has no free block for another cluster; the message says how many fit.',
  AgentAbsent: 'A node has not published its tunnel yet; its agent does not run or cannot reach its API server.',
  AwaitingCluster: 'No cluster of the slice has joined yet.',
  BlockRefused: 'The hub grants the cluster an address block that is not of the slice, or that the cluster uses itself.',
  BudgetNear: 'Most of a budget is used up; the message says whose, of what, and how much.',
  BudgetReached: 'A budget is used up, or a rate is reached; the message says whose, of what, and what is left out or waits.',
  CniNotChained:
    'The plugin of KubeSlice is not in the container network configuration that a node uses; its pods are attached only after they have started.',
  ClockAgrees: 'The clock of the member agrees with that of the hub again.',
  ClockDiffers: 'The clock of a member differs from that of the hub; nothing depends on it, but certificates and logs go by it.',
  ClusterRemoved: 'The hub accepts no credential of this cluster any more, as when the cluster was removed there.',
  ConnectionLost: 'The worker of a cluster has not been heard of for longer than its lease.',
  DnsServersAway: 'The DNS servers of KubeSlice do not answer in this cluster.',
  DiskFull: 'The disk of a node takes nothing any more, so the node would not remember its slices after a reboot.',
  DriverUnavailable: 'No tunnel driver is shared by the two nodes or present on this one.',
  DuplicatePorts: 'Two ports of the export have the same name, or the same number and protocol.',
  EndpointsNotAttached: 'Matching pods exist, but none has a slice address yet.',
  EndpointsNotReady: 'Matching pods have addresses, but none is Ready.',
  Exported: 'The service is offered to the slice and has ready endpoints.',
  ExportConflict: 'Exports of one name in several clusters have different ports or types; the oldest one holds.',
  ExportContradicted: 'Another cluster has a younger export of this name with other ports or another type, which is not used; this one is.',
  FieldRefused:
    'An object that the agent reads has a value that it cannot have; the message names object and field. What it said before holds.',
  FieldsIgnored: 'The object sets fields that are accepted and have no effect in this version; the message names them.',
  HostNetworkPods: 'The pods of the export use the network of their node (hostNetwork), which no slice reaches.',
  HubCertificateRefused: 'The server at the address of the hub is not known by the authority that the member has for it.',
  HubAway: 'The hub does not answer; the message says since when.',
  Imported: 'The service of the slice can be used in this cluster.',
  KernelFeatureMissing: 'The node lacks a kernel feature; the message names it.',
  LinkDown:
    'Tunnels between nodes carry no packets; the message counts them and names a pair. A slice is not Ready for it when two clusters do not reach one another at all, and Degraded otherwise.',
  LinksPending: 'Tunnels between some nodes have not carried a packet yet.',
  NamesAnswered: 'Cluster DNS answers for the zone of the slices.',
  NamesNotWired: 'Cluster DNS does not hand on the zone of the slices; the message says what hinders it, or the lines to add by hand.',
  NamesPending: 'Cluster DNS was configured to hand on the zone of the slices and does not do so yet.',
  NamespaceConflict: 'A namespace of the slice belongs to another, older slice.',
  MembershipMissing: 'The hub has no membership of this cluster in the slice and did not end it; what runs goes on.',
  NamespaceNotAllowed: 'A namespace of the slice was not allowed when this cluster joined.',
  NamespaceNotFound: 'No cluster of the slice has a namespace that the slice names; the message proposes one that has nearly that name.',
  NamespaceNotInSlice: 'The namespace of the object is not a member of the slice it names.',
  NoMatchingPods: 'No pod matches the selector of the export.',
  NothingListens:
    'The pods of the export are Ready, and in none of them a program listens on a port to which the service leads, so clients are refused; the message names port and pod.',
  NotReadyAddressesPublished: 'The Service asks for publishNotReadyAddresses, so pods that are not Ready are endpoints, too.',
  NodeNotReady: 'A node is not Ready, as Kubernetes sees it: it is switched off, cut off or broken.',
  NotJoined: 'The cluster has no credential for a hub that can be used.',
  NotConnected: 'The node has no tunnel to the rest of the slice.',
  OfferImpossible:
    'What the export offers cannot be stated to other clusters, because they would refuse it; the message says why, and what was stated before is withdrawn.',
  OwnerRemoved:
    'A cluster was removed without a farewell, so its address blocks stay its own here; the message names them and the command that frees them.',
  PodsExcluded: 'The pods of the export have the label kubeslice.io/exclude=true, which keeps them out of the slice.',
  PacketsTooLarge:
    'Large packets to the nodes of a cluster are lost while small ones arrive: the network between them carries less than the interfaces of the nodes say.',
  PortConflict:
    'An older export leads a port of a pod to another place; the message names it. This one is offered as soon as the other is gone.',
  Ready: 'Everything that was asked for is in place and was seen to work.',
  Registered: 'The cluster has joined and its worker is connected.',
  ServiceIsExternalName: 'The service that should be exported is another name for a host outside of the cluster (ExternalName).',
  ServiceNotFound: 'The service that should be exported does not exist in the namespace.',
  ServiceWithoutPorts: 'The service that should be exported has no ports, and the export names none.',
  ServiceWithoutSelector: 'The service that should be exported selects no pods, and the export has no selector.',
  SessionAffinityIgnored: 'The Service asks for sessionAffinity, which has no effect in a slice.',
  SliceNotFound: 'There is no slice of that name in this cluster.',
  StatementRefused: 'A notice of another cluster failed verification and is not used; the message says which and why.',
  StatementsWithheld:
    'The hub answers and does not show what a cluster publishes; the message names the clusters and since when. It is read from them through the tunnels.',
  SubnetNotAllowed: 'The slice subnet is not a private network, and nobody in this cluster allowed it.',
  SubnetOverlap: 'The slice subnet overlaps with a network that a member cluster uses already.',
  TargetPortNotFound: 'The targetPort of a Service is a name that no container of the matching pods gives to a port; the message names it.',
  TooManyEndpoints: 'The export has more endpoints than can be published; the message says how many are left out.',
  TooManyServicePorts:
    'A node has no room for the service ports of the export, which lead to other ports of its pods; the message names the node.',
  UnknownCluster: 'The slice names a cluster that is not registered.',
  WaitingForCluster: 'The cluster was created on the hub but has not joined yet.',
} as const;

/** One of the catalogued condition reasons. */
export type Reason = keyof typeof reasons;
