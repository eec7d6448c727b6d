import { importedNamespaceLabel, importedServiceLabel, sliceLabel, sourceClusterLabel } from './labels.ts';
import { memberNamespace } from './places.ts';

/** What an imported EndpointSlice stands for: one cluster's offer of one service in one slice. */
export interface ImportedService {
  readonly slice: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
}

/** The namespace where EndpointSlices of a service stand whose own namespace this cluster has not. */
export const namespaceOfAbsent = memberNamespace;

/**
 * The offer that an EndpointSlice with this metadata stands for, undefined when it is none of ours.
 *
 * It normally stands in the namespace of its service (KEP-1645). Only in the namespace of KubeSlice itself does a label name another one:
 * whoever may write EndpointSlices in a namespace of their own can answer for that namespace alone.
 */
export const importedServiceOf = (metadata: {
  readonly namespace?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}): ImportedService | undefined => {
  const labels = metadata.labels ?? {};
  const slice = labels[sliceLabel];
  const service = labels[importedServiceLabel];
  const cluster = labels[sourceClusterLabel];
  const namespace = metadata.namespace === namespaceOfAbsent ? labels[importedNamespaceLabel] : metadata.namespace;
  if (slice === undefined || service === undefined || cluster === undefined || namespace === undefined) return undefined;
  return { slice, cluster, namespace, service };
};
