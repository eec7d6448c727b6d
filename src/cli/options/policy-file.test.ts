import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readPolicies } from './policy-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubeslice-policies-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string): string => {
  const path = join(folder, 'policy.yaml');
  writeFileSync(path, text);
  return path;
};
const head = 'apiVersion: networking.kubeslice.io/v1beta1\nkind: AccessPolicy\nmetadata: {name: p}\n';

it('reads policies of a file, and no more of their metadata than places them', async () => {
  const text = `${head}spec: {slice: app, from: [{clusters: [west]}]}\n---\n${head.replace('{name: p}', '{name: q, namespace: shop, labels: {a: b}}')}spec: {slice: app}\n---\n`;
  expect(await readPolicies(file(text))).toMatchObject([
    { metadata: { name: 'p' }, spec: { slice: 'app', from: [{ clusters: ['west'] }] } },
    { metadata: { name: 'q', namespace: 'shop' }, spec: { slice: 'app' } },
  ]);
});

it.each([
  ['another kind', 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}', 'something else than an AccessPolicy'],
  ['a policy without a name', head.replace('{name: p}', '{}'), 'with a name'],
  ['an unknown field', `${head}spec: {slice: app, form: []}`, 'Did you mean "from"'],
  ['an invalid field', `${head}spec: {slice: app, ports: [{port: 70000}]}`, 'spec.ports.0.port'],
  ['no policy', '---\n', 'has no AccessPolicy'],
  ['no YAML', 'a: [', 'no YAML'],
])('refuses %s', async (_, text, message) => {
  await expect(readPolicies(file(text))).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringContaining(message) as string,
  });
});

it('names a file that cannot be read', async () => {
  await expect(readPolicies(join(folder, 'none.yaml'))).rejects.toThrow('none.yaml cannot be read');
});
