import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartFiles } from './chart-files.ts';

const folder = join(import.meta.dirname, '..', '..', 'charts', 'kubeslice');
const files = chartFiles();

it('the chart in the repository is what npm run generate writes', () => {
  const present = globSync('**/*.{yaml,json,txt}', { cwd: folder });
  expect(present.toSorted()).toEqual([...files.keys()].toSorted());
  for (const [path, text] of files) expect(readFileSync(join(folder, path), 'utf8'), path).toBe(text);
});

it('every value is described by the schema, and no place in the templates lacks a value', () => {
  const values = parse(files.get('values.yaml') ?? '') as Record<string, unknown>;
  const schema = JSON.parse(files.get('values.schema.json') ?? '') as { properties: Record<string, { properties?: object }> };
  expect(Object.keys(values)).toEqual(Object.keys(schema.properties).filter((name) => name !== 'global'));
  const used = [...files].flatMap(([, text]) => [...text.matchAll(/\.Values\.([a-zA-Z.]+)/g)].map(([, path]) => path ?? ''));
  expect(used.length).toBeGreaterThan(20);
  for (const path of used) {
    const found = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values);
    expect(found, path).toBeDefined();
  }
});
