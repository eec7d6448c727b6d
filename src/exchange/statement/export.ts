import * as z from 'zod';
import { maxAffinitySeconds } from '../../values/builtin/session-affinity.ts';
import { exportedAnnotations, exportedLabels } from './exported-metadata.ts';
import { addresses, label, port, subdomain, time } from './fields.ts';
import type { Immutable } from './immutable.ts';

/** Maximum number of endpoints in one statement; an export with more of them continues in shards. */
export const endpointsPerShard = 100;

/** Maximum number of shards of one export, beside the statement about the export itself. */
export const maxShards = 49;

/** A name of Kubernetes that may have a prefix: `http`, `kubernetes.io/h2c`. */
const qualifiedName = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Kubernetes' `appProtocol`. */
const appProtocol = z.string().max(253).regex(qualifiedName, 'is not a protocol name');

/** A traffic policy of a Service. Kubernetes may get further ones: a reader takes one that it does not know for none. */
const trafficPolicy = z.string().max(63).regex(qualifiedName, 'is not a traffic policy');

/** Whether a statement can have a text as a traffic policy. */
export const isTrafficPolicy = (text: string): boolean => trafficPolicy.safeParse(text).success;

const exportPort = z.object({
  name: label.exactOptional(),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']),
  /** Port that clients use. */
  port,
  /** Port on which the pods listen, unless an endpoint overrides it. */
  targetPort: port,
  appProtocol: appProtocol.exactOptional(),
});

const distinct = (keyOf: (one: z.output<typeof exportPort>) => string | undefined) => (ports: z.output<typeof exportPort>[]) => {
  const keys = ports.map(keyOf).filter((key) => key !== undefined);
  return new Set(keys).size === keys.length;
};

const exportEndpoint = z.object({
  pod: subdomain,
  /** Host name of the pod in the service's domain, if it has one. */
  hostname: label.exactOptional(),
  node: subdomain,
  addresses,
  /** The pod passes its readiness checks. */
  ready: z.boolean(),
  /** The pod is being deleted: it keeps its connections and accepts no new ones. */
  terminating: z.literal(true).exactOptional(),
  /** Target ports in the order of the export's ports, where they differ from those of the export. */
  targetPorts: z.array(port).max(100).exactOptional(),
});

/** The statement of a cluster about one of its exports. */
export const exportBody = z.object({
  namespace: label,
  name: label,
  /** When the ServiceExport was created: of two conflicting exports the older one wins (KEP-1645). */
  created: time,
  type: z.enum(['ClusterSetIP', 'Headless']),
  sessionAffinity: z.enum(['None', 'ClientIP']),
  /** For how many seconds a client stays with its endpoint after its last connection, where that differs from Kubernetes' default. */
  affinitySeconds: z.int().min(1).max(maxAffinitySeconds).exactOptional(),
  /** `internalTrafficPolicy` of the Service (KEP-2086), where it is not `Cluster`. */
  internalTrafficPolicy: trafficPolicy.exactOptional(),
  /** `trafficDistribution` of the Service (KEP-3015), where it has one. */
  trafficDistribution: trafficPolicy.exactOptional(),
  ports: z
    .array(exportPort)
    .max(100)
    .refine(
      distinct(({ name }) => name),
      'has two ports of one name',
    )
    .refine(
      distinct(({ protocol, port }) => `${port}/${protocol}`),
      'has one port twice',
    ),
  aliases: z.array(subdomain).max(32),
  /** Labels for the imports of the service. */
  labels: exportedLabels.exactOptional(),
  /** Annotations for the imports of the service. */
  annotations: exportedAnnotations.exactOptional(),
  endpoints: z.array(exportEndpoint).max(endpointsPerShard),
  /** Endpoints that are not published, because the export is over capacity. */
  omitted: z.int().min(1).exactOptional(),
});

/** More endpoints of an export. */
export const endpointsBody = z.object({
  namespace: label,
  name: label,
  shard: z.int().min(1).max(maxShards),
  endpoints: z.array(exportEndpoint).max(endpointsPerShard),
});

/** One port of an exported service. */
export type ExportPort = Immutable<z.output<typeof exportPort>>;
/** One pod behind an exported service. */
export type ExportEndpoint = Immutable<z.output<typeof exportEndpoint>>;
/** The statement of a cluster about one of its exports. */
export type ExportBody = Immutable<z.output<typeof exportBody>>;
/** More endpoints of an export. */
export type EndpointsBody = Immutable<z.output<typeof endpointsBody>>;

/** Subject of the export (`<namespace>/<name>`) to which the subject of a shard belongs. */
export const exportOfShard = (subject: string): string => subject.slice(0, subject.lastIndexOf('/'));

/** Subject of the statement about a shard: `<namespace>/<name>/<shard>`. */
export const shardSubject = ({ namespace, name, shard }: Pick<EndpointsBody, 'namespace' | 'name' | 'shard'>): string =>
  `${namespace}/${name}/${shard}`;
