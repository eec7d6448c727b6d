/** Group and version of the kinds that people and applications write: slices, exports, imports. */
export const networking = { group: 'networking.kubeslice.io', version: 'v1beta1' } as const;

/** Group and version of the kinds that describe the fleet on the hub: projects and clusters. */
export const controller = { group: 'controller.kubeslice.io', version: 'v1alpha1' } as const;

/** Group and version of the boards between clusters; only programs write these kinds. */
export const exchange = { group: 'exchange.kubeslice.io', version: 'v1alpha1' } as const;

/** Group of the API for properties of a cluster (KEP-2149), and the versions of it that we know, the newest first. */
export const about = { group: 'about.k8s.io', versions: ['v1beta1', 'v1alpha1'] } as const;

/** Group of the Multi-Cluster Services API of Kubernetes (KEP-1645), and the versions of it that we know, the newest first. */
export const multicluster = { group: 'multicluster.x-k8s.io', versions: ['v1beta1', 'v1alpha1'] } as const;
