import { isPort } from '../values/ports.ts';
import {
  heldAnnotation,
  importedNamespaceLabel,
  importedServiceLabel,
  servicePortsAnnotation,
  sliceLabel,
  sourceClusterLabel,
} from './labels.ts';
import { memberNamespace } from './places.ts';

/** The subject of an imported EndpointSlice: one cluster's offer of one service in one slice. */
export interface ImportedService {
  readonly slice: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
}

/** The namespace for EndpointSlices of a service whose own namespace does not exist in this cluster. */
export const namespaceOfAbsent = memberNamespace;

/** Whether names give no answer from an EndpointSlice yet, because nodes prepare for its service. */
export const isHeldImport = ({ annotations }: { readonly annotations?: Readonly<Record<string, string>> }): boolean =>
  annotations?.[heldAnnotation] === 'true';

/**
 * The offer of an EndpointSlice with this metadata; undefined when it is not an imported one.
 *
 * It normally is in the namespace of its service (KEP-1645). Only in the namespace of KubeSlice itself does a label name another one: a user who may
 * write EndpointSlices in a namespace can offer services of that namespace only.
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

/** The annotation of an imported EndpointSlice with the ports that clients call, in the order of its ports, which are those of the pods. */
export const calledPortsText = (ports: readonly { readonly port: number }[]): string => ports.map(({ port }) => port).join(',');

/** The ports that clients call, in the order of the ports of the EndpointSlice; undefined for text that is no port. */
export const calledPortsOf = (metadata: {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}): readonly (number | undefined)[] =>
  (metadata.annotations?.[servicePortsAnnotation] ?? '')
    .split(',')
    .map(Number)
    .map((port) => (isPort(port) ? port : undefined));
