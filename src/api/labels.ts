/** Slice that an object belongs to. Upstream's name. */
export const sliceLabel = 'kubeslice.io/slice';
/** Cluster that an object is about. */
export const clusterLabel = 'kubeslice.io/cluster';
/** Node that an object is about. */
export const nodeLabel = 'kubeslice.io/node';
/** Project that an object on the hub belongs to. */
export const projectLabel = 'kubeslice.io/project';
/** On a pod: `true` keeps it out of the slice of its namespace. Upstream's name. */
export const excludeLabel = 'kubeslice.io/exclude';
/** The program that created an object, so that the object can be found and removed. */
export const managedByLabel = 'app.kubernetes.io/managed-by';
/** Value of {@link managedByLabel} on everything that KubeSlice creates. */
export const managedBy = 'kubeslice';
/** Service name of an imported EndpointSlice (KEP-1645). */
export const importedServiceLabel = 'multicluster.kubernetes.io/service-name';
/** Cluster of origin of an imported EndpointSlice (KEP-1645). */
export const sourceClusterLabel = 'multicluster.kubernetes.io/source-cluster';
/** Namespace of the service of an imported EndpointSlice, while this cluster has no namespace of that name. */
export const importedNamespaceLabel = 'kubeslice.io/import-namespace';
/** The manager of an EndpointSlice (Kubernetes' own label). */
export const endpointSliceManagerLabel = 'endpointslice.kubernetes.io/managed-by';
/** Value of {@link endpointSliceManagerLabel} on the slices that the worker writes. */
export const endpointSliceManager = 'worker.kubeslice.io';
/**
 * Annotation of an imported EndpointSlice: the service address of its service in this cluster. Only the worker may write it (an admission policy), so that
 * nobody takes the address of another service.
 */
export const serviceAddressAnnotation = 'kubeslice.io/service-address';
/** Annotation of an imported EndpointSlice: `true` while nodes prepare for a new service, and its names give no answer. */
export const heldAnnotation = 'kubeslice.io/held';
/** Annotation of an imported EndpointSlice: the ports that clients call, joined by commas, in the order of the ports of the EndpointSlice. */
export const servicePortsAnnotation = 'kubeslice.io/service-ports';
/** Annotation of an imported EndpointSlice: `ClientIP` when a client stays with its endpoint. */
export const sessionAffinityAnnotation = 'kubeslice.io/session-affinity';
/** Annotation of an imported EndpointSlice: for how many seconds a client stays with its endpoint, where that is not Kubernetes' default of three hours. */
export const affinitySecondsAnnotation = 'kubeslice.io/session-affinity-seconds';
/** Annotation of an imported EndpointSlice: `Local` when clients get endpoints on their own node only (`internalTrafficPolicy` of a Service, KEP-2086). */
export const internalTrafficPolicyAnnotation = 'kubeslice.io/internal-traffic-policy';
/** Annotation of an imported EndpointSlice: which endpoints clients get first, as in `trafficDistribution` of a Service (KEP-3015). */
export const trafficDistributionAnnotation = 'kubeslice.io/traffic-distribution';
/** Annotation of an imported EndpointSlice: `Headless` when its service is. */
export const serviceTypeAnnotation = 'kubeslice.io/service-type';
/** Annotation of a ServiceExport that is derived from one of the Multi-Cluster Services API: when that one was created, from which its age counts (KEP-1645). */
export const exportCreatedAnnotation = 'kubeslice.io/export-created';
/** Annotation with the serial of the statement from which an object was made. */
export const serialAnnotation = 'kubeslice.io/serial';
/** Finalizer on hub slices: access, notices and the board are deleted first. */
export const sliceFinalizer = 'controller.kubeslice.io/slice-configuration-finalizer';
/** Finalizer on hub clusters: memberships, notices and credentials are deleted first. Upstream's name. */
export const clusterFinalizer = 'controller.kubeslice.io/cluster-finalizer';
/** Annotation that confirms the deletion of a connected cluster or of a slice in use: `true`. */
export const confirmAnnotation = 'kubeslice.io/confirm-deletion';
/** Kind of statement of a notice, in lower case, so that readers can watch only the kinds they use. */
export const statementLabel = 'kubeslice.io/statement';
/**
 * How often a notice counts towards the rates of its author, a number of one digit: at least what its statement weighs, which admission checks. So who counts
 * writes need not read what is written.
 */
export const weightLabel = 'kubeslice.io/weight';
/** Annotation of a member's copy of a slice: the grant of the hub (JSON of the Membership), so that the worker can start without the hub. */
export const membershipAnnotation = 'kubeslice.io/membership';
/** Annotation of a member's copy of a slice: `true` when its administrator lets the hub change the default access from Deny to Allow. */
export const openAccessAnnotation = 'kubeslice.io/open-access';
/** Annotation of a CustomResourceDefinition: the version of KubeSlice that wrote it, so that an older version does not overwrite it. */
export const versionAnnotation = 'kubeslice.io/version';
