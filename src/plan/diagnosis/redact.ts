import type { Pod } from '../../values/builtin/pod.ts';
import type { Secret } from '../../values/builtin/secret.ts';

/** The replacement for removed text. */
export const redacted = '(redacted)';

/** Patterns of secrets in any text, each with the part to keep. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  // JSON Web Tokens, of service accounts and joins (RFC 7519), even with head and body only.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, redacted],
  // A join token is one text of base64url that begins with an encoded JSON object.
  [/\beyJ[\w-]{64,}={0,2}/g, redacted],
  [/\b(Bearer|Basic) +[\w+/.=~-]{8,}/gi, `$1 ${redacted}`],
  [
    /\b(private[ _-]?key|preshared[ _-]?key|client-key-data|password|passwd|secret|token|api[ _-]?key)(["']?\s*[:=]\s*["']?)([^\s"',}]{6,})/gi,
    `$1$2${redacted}`,
  ],
  [/\/\/([^\s/:@]+):([^\s/@]+)@/g, `//$1:${redacted}@`],
];

/** The text without anything that resembles a secret. It removes rather too much, because others will read the rest. */
export const redactText = (text: string): string => shapes.reduce((rest, [shape, kept]) => rest.replace(shape, kept), text);

/** A Secret with the sizes of its values instead of the values. */
export const redactSecret = ({ apiVersion, kind, metadata, type, data }: Secret): object => ({
  apiVersion,
  kind,
  metadata: { namespace: metadata.namespace, name: metadata.name, labels: metadata.labels, creationTimestamp: metadata.creationTimestamp },
  type,
  data: Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, `${Buffer.from(value, 'base64').length} bytes`])),
});

/** A pod of an application: where and how it runs, its ports and probes, and nothing that may contain a secret. */
export const redactPod = ({ metadata, spec, status }: Pod): object => ({
  kind: 'Pod',
  metadata: {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    labels: metadata.labels,
    deletionTimestamp: metadata.deletionTimestamp,
  },
  spec: {
    nodeName: spec?.nodeName,
    hostNetwork: spec?.hostNetwork,
    containers: spec?.containers.map(({ name, image, ports }) => ({ name, image, ports })),
  },
  status,
});

/** An object of Kubernetes without kubectl's copy of it in an annotation, and without managed fields. */
export const redactObject = <T extends { readonly metadata: object }>(object: T): T => {
  const {
    annotations = {},
    managedFields: _,
    ...metadata
  } = object.metadata as {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: unknown;
  };
  const kept = Object.fromEntries(
    Object.entries(annotations).filter(([name]) => name !== 'kubectl.kubernetes.io/last-applied-configuration'),
  );
  return { ...object, metadata: { ...metadata, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) } };
};
