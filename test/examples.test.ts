import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { catalogue } from '../src/api/catalogue.ts';
import { root } from './source-tree.ts';

const folder = join(root, 'examples');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
const objectsIn = (path: string): { apiVersion: string; kind: string; metadata: { name: string }; spec?: unknown }[] =>
  parseAllDocuments(readFileSync(join(folder, path), 'utf8')).map((document) => document.toJS());

describe.each(files)('examples/%s', (path) => {
  const objects = objectsIn(path);

  test('holds objects with a name', () => {
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) expect(object).toMatchObject({ apiVersion: expect.any(String), kind: expect.any(String) });
  });

  test('says of our kinds only what they can say', () => {
    for (const object of objects) {
      const kind = catalogue.find(
        ({ resource }) => `${resource.group}/${resource.version}` === object.apiVersion && resource.kind === object.kind,
      );
      if (kind !== undefined) kind.spec.parse(object.spec);
    }
  });

  test('uses images of this version', () => {
    const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const images = readFileSync(join(folder, path), 'utf8').matchAll(/image: (kubeslice\/\S+)/g);
    for (const [, image] of images) expect(image).toMatch(new RegExp(`:${version}$`));
  });
});

test('app-slice is the smallest that works, and stays so', () => {
  expect(objectsIn('app-slice/slice.yaml')).toEqual([
    {
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'Slice',
      metadata: { name: 'app-slice' },
      spec: { namespaceIsolationProfile: { allowedNamespaces: ['app-ns'] }, sliceSubnet: '10.0.0.0/16' },
    },
  ]);
  expect(objectsIn('app-slice/export.yaml')).toEqual([
    {
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'ServiceExport',
      metadata: { name: 'backend-service', namespace: 'app-ns' },
      spec: { slice: 'app-slice' },
    },
  ]);
});
