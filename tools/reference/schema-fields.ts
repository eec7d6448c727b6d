/** One field of a kind, flattened. */
export interface Field {
  /** Such as `spec.ports[].containerPort`; `{}` stands for any key of a map. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly fallback: string | undefined;
  readonly description: string;
  /** Messages of the rules that the API server checks on this field. */
  readonly rules: readonly string[];
}

/** A rule of a schema in CEL. */
export interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
}

/** The part of an OpenAPI v3 schema that structural schemas use and the reference shows. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

const typeOf = (schema: Schema): string => {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value === '' ? '""' : String(value)}\``).join(' ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') return `map of ${typeOf(schema.additionalProperties)}`;
  if (schema.type === 'integer' || schema.type === 'number') {
    const { minimum, maximum } = schema;
    return minimum === undefined && maximum === undefined ? schema.type : `${schema.type} ${minimum ?? ''} to ${maximum ?? ''}`;
  }
  return schema.format === undefined ? (schema.type ?? 'anything') : `${schema.type} (${schema.format})`;
};

/** What the API server says when the rule is broken; a value that it fills in is shown as `…`. */
export const messageOf = (rule: Rule): string => {
  if (rule.messageExpression === undefined) return rule.message ?? rule.rule;
  const parts = rule.messageExpression.match(/'[^']*'/g)?.map((part) => part.slice(1, -1)) ?? [];
  return parts.join('…');
};

const rulesOf = (schema: Schema): string[] => (schema['x-kubernetes-validations'] ?? []).map(messageOf);

/** Every field below the schema, in the order of the schema; the schema itself is not among them. */
export const fieldsOf = (schema: Schema, path: string): Field[] => {
  if (schema.items !== undefined) return fieldsOf(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') return fieldsOf(schema.additionalProperties, `${path}{}`);
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const field: Field = {
      path: `${path}.${name}`,
      type: typeOf(child),
      required: schema.required?.includes(name) === true && child.default === undefined,
      fallback: child.default === undefined ? undefined : JSON.stringify(child.default),
      description: child.description ?? '',
      rules: rulesOf(child),
    };
    return [field, ...fieldsOf(child, field.path)];
  });
};
