import { catalogue } from '../../src/api/catalogue.ts';
import { crdOf } from '../../src/api/crd.ts';
import type { KindDefinition } from '../../src/api/kind-definition.ts';
import { page, table } from './markdown.ts';
import { type Field, fieldsOf, messageOf, type Schema } from './schema-fields.ts';

/** Schema of a kind as its CRD has it. */
export const schemaOfKind = (kind: KindDefinition): Schema => {
  const schema: Schema = JSON.parse(JSON.stringify(crdOf(kind).spec.versions[0]?.schema.openAPIV3Schema));
  return schema;
};

/** Every field below `spec` and `status` of a kind. */
export const fieldsOfKind = (kind: KindDefinition): Field[] => {
  const { spec, status } = schemaOfKind(kind).properties ?? {};
  return [...(spec === undefined ? [] : fieldsOf(spec, 'spec')), ...(status === undefined ? [] : fieldsOf(status, 'status'))];
};

/** The parts of a condition are the same in every kind, and Kubernetes': they would only hide the rest. */
const isShown = (field: Field): boolean => !field.path.startsWith('status.conditions[].');

const fieldTable = (fields: readonly Field[]): string =>
  table(
    ['field', 'type', 'needed', 'meaning'],
    fields
      .filter(isShown)
      .map(({ path, type, required, fallback, description }) => [
        `\`${path}\``,
        type,
        required ? 'yes' : fallback === undefined ? '' : `default ${fallback}`,
        description,
      ]),
  );

const section = (kind: KindDefinition): string => {
  const { group, version, kind: name, plural } = kind.resource;
  const fields = fieldsOfKind(kind);
  const schema = schemaOfKind(kind);
  const rules = [
    ...(schema['x-kubernetes-validations'] ?? []).map((rule) => `- ${messageOf(rule)}`),
    ...fields.flatMap((field) => field.rules.map((rule) => `- \`${field.path}\`: ${rule}`)),
  ];
  const where = kind.where.map((place) => (place === 'hub' ? 'on the hub' : 'in member clusters')).join(' and ');
  const names = [plural, ...kind.shortNames].map((each) => `\`${each}\``).join(', ');
  const status = fields.filter((field) => field.path.startsWith('status.'));
  return [
    `## ${name}`,
    kind.description,
    `\`${group}/${version}\`, ${where}. For kubectl: ${names}.`,
    fieldTable(fields.filter((field) => field.path.startsWith('spec.'))),
    ...(status.length === 0 ? [] : [fieldTable(status)]),
    ...(rules.length === 0 ? [] : [`The API server refuses an object, with one of these messages:\n\n${rules.join('\n')}`]),
  ].join('\n\n');
};

/** Page of every kind with every field. */
export const kindsPage = (): string =>
  page(
    'src/api/*/schema.ts',
    'Kinds',
    'Every kind of object, with every field; `kubectl explain` says the same where the kinds are installed. `status.conditions` are standard Kubernetes conditions, with [these reasons](reasons.md).',
    ...catalogue.map(section),
  );
