/** Group and version of the kinds that people and applications write: slices, exports, imports. */
export const networking = { group: 'networking.kubeslice.io', version: 'v1beta1' } as const;

/** Group and version of the kinds that describe the fleet on the hub: projects and clusters. */
export const controller = { group: 'controller.kubeslice.io', version: 'v1alpha1' } as const;

/** Group and version of the boards between clusters; only programs write these kinds. */
export const exchange = { group: 'exchange.kubeslice.io', version: 'v1alpha1' } as const;
