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
/** What made an object, so that it can be found and removed again. */
export const managedByLabel = 'app.kubernetes.io/managed-by';
/** Value of {@link managedByLabel} on everything that KubeSlice creates. */
export const managedBy = 'kubeslice';
/** Service name of an EndpointSlice that stands for an imported service (KEP-1645). */
export const importedServiceLabel = 'multicluster.kubernetes.io/service-name';
/** Cluster that an imported EndpointSlice comes from (KEP-1645). */
export const sourceClusterLabel = 'multicluster.kubernetes.io/source-cluster';
/** Namespace of the service that an imported EndpointSlice stands for, while this cluster has no namespace of that name. */
export const importedNamespaceLabel = 'kubeslice.io/import-namespace';
/** Who keeps an EndpointSlice (Kubernetes' own label). */
export const endpointSliceManagerLabel = 'endpointslice.kubernetes.io/managed-by';
/** Value of {@link endpointSliceManagerLabel} on the slices that the worker writes. */
export const endpointSliceManager = 'worker.kubeslice.io';
/** Annotation with the serial of the statement that an object was made from. */
export const serialAnnotation = 'kubeslice.io/serial';
/** Finalizer on hub slices: access, notices and the exchange namespace go first. */
export const sliceFinalizer = 'controller.kubeslice.io/slice-configuration-finalizer';
/** Finalizer on hub clusters: memberships, notices and credentials go first. Upstream's name. */
export const clusterFinalizer = 'controller.kubeslice.io/cluster-finalizer';
/** Annotation by which somebody confirms that a connected cluster or a slice in use may be deleted: `true`. */
export const confirmAnnotation = 'kubeslice.io/confirm-deletion';
/** Kind of statement of a notice, in lower case, so that readers can watch only what they use. */
export const statementLabel = 'kubeslice.io/statement';
/** Annotation of the slice that a member keeps: what the hub granted (JSON of the Membership), so that the worker can start without the hub. */
export const membershipAnnotation = 'kubeslice.io/membership';
/** Annotation of a CustomResourceDefinition: version of the KubeSlice that wrote it, so that an older one leaves it as it is. */
export const versionAnnotation = 'kubeslice.io/version';
