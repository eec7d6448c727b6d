import * as z from 'zod';
import type { KindDefinition } from './kind-definition.ts';

type Node = Record<string, unknown>;

/** Converts what the schema library writes differently from structural schemas (Kubernetes API conventions, "structural schema"). */
const structural = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(structural);
  if (typeof node !== 'object' || node === null) return node;
  const out: Node = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties') {
      out[key] = Object.fromEntries(Object.entries(value as Node).map(([name, child]) => [name, structural(child)]));
      continue;
    }
    if (key === 'additionalProperties' && 'properties' in node) continue;
    if (key === 'propertyNames' || key === '$schema') continue;
    out[key] = structural(value);
  }
  if (out.format === 'date-time') delete out.pattern;
  if (out.type === 'integer') {
    if (out.minimum === Number.MIN_SAFE_INTEGER) delete out.minimum;
    if (out.maximum === Number.MAX_SAFE_INTEGER) delete out.maximum;
    if (out.format === undefined) out.format = 'int64';
  }
  return out;
};

const schemaOf = (schema: z.ZodType): Node =>
  structural(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', unrepresentable: 'throw' })) as Node;

/** The CustomResourceDefinition (apiextensions.k8s.io/v1) of a kind. */
export const crdOf = (kind: KindDefinition) => {
  const { group, version, plural } = kind.resource;
  const properties: Node = {
    apiVersion: { type: 'string', description: 'Version of the schema of this object.' },
    kind: { type: 'string', description: 'Kind of this object.' },
    metadata: { type: 'object' },
    spec: schemaOf(kind.spec),
  };
  if (kind.status !== undefined) properties.status = schemaOf(kind.status);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'app.kubernetes.io/managed-by': 'kubeslice' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: kind.resource.kind,
        listKind: `${kind.resource.kind}List`,
        plural,
        singular: kind.resource.kind.toLowerCase(),
        ...(kind.shortNames.length === 0 ? {} : { shortNames: [...kind.shortNames] }),
        categories: ['kubeslice'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(kind.status === undefined ? {} : { subresources: { status: {} } }),
          additionalPrinterColumns: kind.columns.map((column) => ({ ...column })),
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: kind.description,
              required: ['spec'],
              properties,
              ...(kind.rules === undefined ? {} : { 'x-kubernetes-validations': kind.rules.map((rule) => ({ ...rule })) }),
            },
          },
        },
      ],
    },
  };
};
