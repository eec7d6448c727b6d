import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { registry } from '../src/programs/cli/registry.ts';
import { root } from './source-tree.ts';

const below = (folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path))
    : [];
const pages = [...readdirSync(root), ...['docs', 'decisions', 'examples', 'charts'].flatMap(below)].filter((path) => path.endsWith('.md'));
const manifest: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe.each(pages)('%s', (path) => {
  const text = readFileSync(join(root, path), 'utf8');
  const found = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, what = '']) => what);

  test('links to what is there', () => {
    const links = found(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g).filter((link) => !/^[a-z]+:/.test(link));
    const broken = links.filter((link) => !existsSync(join(root, dirname(path), link)));
    expect(broken.map((link) => relative(root, join(root, dirname(path), link)))).toEqual([]);
  });

  test('names files that are there', () => {
    const named = found(/`((?:src|test|tools|toolchain|images|examples|charts|docs|decisions|bin|\.ci)\/[\w./-]*)`/g);
    expect(named.filter((each) => !existsSync(join(root, each)))).toEqual([]);
  });

  test('tells people to run what exists', () => {
    const scripts = found(/\bnpm run ([a-z]+)/g);
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
    const words = registry.map(({ name }) => name);
    expect(found(/(?:npx kubeslice|`kubeslice) ([a-z]+)/g).filter((word) => !words.includes(word))).toEqual([]);
  });
});

test('the list of decisions has each of them', () => {
  const files = readdirSync(join(root, 'decisions')).filter((name) => /^\d{4}-/.test(name));
  const list = readFileSync(join(root, 'decisions/README.md'), 'utf8');
  expect(files.filter((name) => !list.includes(`(${name})`))).toEqual([]);
  expect(files.map((name) => Number(name.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
});
