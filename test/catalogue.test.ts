import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditReasons } from '../src/api/audit-reasons.ts';
import { catalogue } from '../src/api/catalogue.ts';
import { crdOf } from '../src/api/crd.ts';
import { reasons } from '../src/api/reasons.ts';
import { metricCatalogue } from '../src/telemetry/catalogue.ts';
import { failureCodes } from '../src/values/failure-codes.ts';
import { fieldsOfKind, schemaOfKind } from '../tools/reference/kinds.ts';
import { metrics } from '../tools/reference/metrics.ts';
import { pages } from '../tools/reference/pages.ts';
import type { Schema } from '../tools/reference/schema-fields.ts';
import { root, sourceFiles, withoutComments } from './source-tree.ts';

/** Every node of a schema with its path, the node itself first. */
const nodesOf = (schema: Schema, path: string): (readonly [string, Schema])[] => [
  [path, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => nodesOf(child, `${path}.${name}`)),
  ...(schema.items === undefined ? [] : nodesOf(schema.items, `${path}[]`)),
  ...(typeof schema.additionalProperties === 'object' ? nodesOf(schema.additionalProperties, `${path}{}`) : []),
];

describe.each(catalogue.map((kind) => [kind.resource.kind, kind] as const))('%s', (name, kind) => {
  const schema = schemaOfKind(kind);
  const nodes = nodesOf(schema, name);

  test('every field has a description that ends as a sentence does', () => {
    const bare = fieldsOfKind(kind).filter(({ description }) => !/^[A-Z0-9`].*\.$/s.test(description));
    expect(bare.map(({ path, description }) => `${path}: "${description}"`)).toEqual([]);
  });

  test('the schema is structural', () => {
    const faults = nodes.flatMap(([path, node]) => [
      ...(node.type === undefined ? [`${path} has no type`] : []),
      ...(node.properties !== undefined && node.additionalProperties !== undefined ? [`${path} has both kinds of properties`] : []),
      ...(node.type === 'array' && node.items === undefined ? [`${path} says nothing about its items`] : []),
      ...Object.keys(node)
        .filter((key) => ['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'const', 'definitions', 'patternProperties'].includes(key))
        .map((key) => `${path} uses ${key}`),
    ]);
    expect(faults).toEqual([]);
  });

  test('lists that merge say by what', () => {
    const faults = nodes.flatMap(([path, node]) => {
      const type = node['x-kubernetes-list-type'];
      if (type === 'set') return node.items?.type === 'string' ? [] : [`${path} is a set of ${node.items?.type}`];
      if (type !== 'map') return [];
      const keys = node['x-kubernetes-list-map-keys'];
      const needed = node.items?.required ?? [];
      return keys?.every((key) => needed.includes(key)) === true ? [] : [`${path} is keyed by ${keys?.join()}, which is not required`];
    });
    expect(faults).toEqual([]);
  });

  test('rules run on bounded values only, or the API server refuses them for their cost', () => {
    const faults = nodes.flatMap(([path, node]) => {
      if (node['x-kubernetes-validations'] === undefined) return [];
      const unbounded = (node.type === 'string' && node.maxLength === undefined) || (node.type === 'array' && node.maxItems === undefined);
      return unbounded ? [path] : [];
    });
    expect(faults).toEqual([]);
  });

  test('names fit what Kubernetes requires of them', () => {
    const { names, group } = crdOf(kind).spec;
    expect(names.plural).toMatch(/^[a-z]+$/);
    expect(group).toMatch(/\.kubeslice\.io$/);
    for (const short of kind.shortNames) expect(short).toMatch(/^[a-z]+$/);
    expect(kind.description).toMatch(new RegExp(`^An? ${name} .*\\.$`));
  });

  test('columns show fields that exist', () => {
    const known = new Set(['metadata.creationTimestamp', ...fieldsOfKind(kind).map(({ path }) => path)]);
    const pathOf = (jsonPath: string) => jsonPath.replace(/^\./, '').replaceAll(/\[[^\]]*\]/g, '[]');
    expect(kind.columns.map((column) => pathOf(column.jsonPath)).filter((path) => !known.has(path))).toEqual([]);
  });
});

test('no two kinds share a name that kubectl accepts', () => {
  const names = catalogue.flatMap((kind) => [kind.resource.plural, kind.resource.kind.toLowerCase(), ...kind.shortNames]);
  expect(names.filter((each, index) => names.indexOf(each) !== index)).toEqual([]);
});

describe('words', () => {
  const code = sourceFiles('src', 'playground')
    .filter((file) => !file.isTest && !/\/(reasons|audit-reasons|failure-codes|telemetry\/catalogue)\.ts$/.test(file.path))
    .map((file) => withoutComments(file.text))
    .join('\n');
  const unused = (words: object): string[] => Object.keys(words).filter((word) => !code.includes(`'${word}'`));

  test('every catalogued reason is given somewhere', () => {
    expect(unused({ ...reasons, ...auditReasons })).toEqual([]);
  });

  test('every catalogued failure can happen', () => {
    const retired = Object.entries(failureCodes).flatMap(([word, text]) => (text.startsWith('Retired') ? [word] : []));
    expect(unused(failureCodes).filter((word) => !retired.includes(word))).toEqual([]);
  });

  test('every catalogued metric is measured somewhere', () => {
    // Named as a text where it is counted, or as a field of what a source gives.
    expect(Object.keys(metricCatalogue).filter((key) => !new RegExp(`['\\s{]${key}['\\s:,]`).test(code))).toEqual([]);
  });

  test('metrics are named as Prometheus advises', () => {
    const names = metrics().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, labels, help } of metrics()) {
      expect(name).toMatch(type === 'counter' ? /^kubeslice_[a-z_]+_total$/ : /^kubeslice_[a-z_]+(?<!_total)$/);
      for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
      expect(help).toMatch(/\.$/);
    }
  });

  test('names are words in CamelCase and explanations are sentences', () => {
    for (const [word, text] of Object.entries({ ...reasons, ...auditReasons, ...failureCodes })) {
      expect(word).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(text).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('the reference', () => {
  test.each(pages().map(({ path, text }) => [path, text] as const))('%s is what its catalogue says', (path, text) => {
    expect(readFileSync(join(root, path), 'utf8'), 'run npm run generate and commit the result').toBe(text);
  });

  test('has no page that nothing makes', () => {
    const made = pages().map(({ path }) => path);
    const there = readdirSync(join(root, 'docs/reference')).map((name) => `docs/reference/${name}`);
    expect(there.filter((path) => !made.includes(path))).toEqual([]);
  });
});
