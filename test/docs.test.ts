import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { catalogue } from '../src/api/catalogue.ts';
import type { CliCommand } from '../src/cli/command.ts';
import { registry } from '../src/cli/registry.ts';
import { allPages, pagesToRun } from '../tools/guides/catalogue.ts';
import { readPage } from '../tools/guides/page.ts';
import { countRun } from '../tools/guides/run-page.ts';
import { root } from './source-tree.ts';

const below = (folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path))
    : [];
const pages = [...readdirSync(root), ...['docs', 'decisions', 'examples', 'charts'].flatMap(below)].filter((path) => path.endsWith('.md'));
const manifest: { version: string; scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The options of a line that the command which it gives does not have. */
const unknownOptions = async (line: string): Promise<string[]> => {
  const words =
    line
      .replace(/^(?:npx kubeslice|kubeslice|kubectl slice) /, '')
      .split(/[|&;#]/)[0]
      ?.split(/\s+/) ?? [];
  const entry = registry.find(({ name }) => name === words[0]);
  if (entry === undefined) return [];
  const options = new Set(['--help']);
  // Commands below it, as far as the words name them.
  let command: CliCommand | undefined = (await entry.load()).command;
  for (let at = 1; command !== undefined; at += 1) {
    for (const { flags } of command.options ?? []) for (const [flag] of flags.matchAll(/--[a-z-]+/g)) options.add(flag);
    command = command.commands?.find(({ name }) => name === words[at]);
  }
  return words
    .flatMap((word) => /^--[a-z-]+/.exec(word) ?? [])
    .filter((option) => !options.has(option))
    .map((option) => `${line}: ${option}`);
};

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
    expect(
      found(/(?:npx kubeslice|`kubeslice|^(?:\$ )?kubeslice|kubectl slice) ([a-z]+)/gm).filter((word) => !words.includes(word)),
    ).toEqual([]);
  });

  test('gives commands the options that they have', async () => {
    const wrong: string[] = [];
    for (const line of found(/^(?:\s*|\$ )((?:npx )?kubeslice .*|kubectl slice .*)$/gm)) wrong.push(...(await unknownOptions(line)));
    expect(wrong).toEqual([]);
  });

  test('uses images of this version', () => {
    expect(found(/\bkubeslice\/(?:demo|kubeslice):([\w.-]+)/g).filter((tag) => tag !== manifest.version)).toEqual([]);
  });
});

test('the list of decisions has each of them', () => {
  const files = readdirSync(join(root, 'decisions')).filter((name) => /^\d{4}-/.test(name));
  const list = readFileSync(join(root, 'decisions/README.md'), 'utf8');
  expect(files.filter((name) => !list.includes(`(${name})`))).toEqual([]);
  expect(files.map((name) => Number(name.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
});

/** The blocks of pages that are not executed: page and reason. */
const leftOut = (paths: readonly string[]): string[] =>
  allPages(root)
    .filter(({ path }) => paths.includes(path))
    .flatMap(({ path, blocks, notRun: whole }) =>
      blocks.flatMap(({ notRun }) => ((notRun ?? whole) === undefined ? [] : [`${path}: ${notRun ?? whole}`])),
    );

describe('the guides', () => {
  const guides = allPages(root);
  const listed = guides.map(({ path }) => path);

  test('the site shows each of them, once', () => {
    const there = below('docs').filter((path) => path.endsWith('.md') && path !== 'docs/index.md');
    expect(listed.toSorted()).toEqual(there.toSorted());
  });

  test('a page with commands is executed, or says why not', () => {
    const silent = guides.filter(({ path, needs, notRun, blocks }) => {
      if (!/^docs\/(start|tasks|install|operations|troubleshooting)/.test(path)) return false;
      return blocks.length > 0 && needs === undefined && notRun === undefined;
    });
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test('every page of tasks and operations, and the start page, is executed with all of its commands', () => {
    const there = ['docs/start.md', 'docs/install/from-files.md', ...['docs/tasks', 'docs/operations'].flatMap(below)];
    const executed = pagesToRun(root);
    for (const path of there) {
      const { blocks } = readPage(path, readFileSync(join(root, path), 'utf8'));
      const page = executed.find((each) => each.path === path);
      expect(page === undefined ? 0 : countRun(page), path).toBe(blocks.filter(({ notRun }) => notRun === undefined).length);
    }
    expect(leftOut(there)).toEqual(['docs/install/from-files.md: it needs a registry']);
  });

  test('a block that shows a command is marked as one, so that it is executed', () => {
    const commands = /^(?:\$ )?(?:kubectl|kubeslice|helm|npx|npm) /m;
    const unmarked = below('docs').flatMap((path) =>
      path.endsWith('.md')
        ? [...readFileSync(join(root, path), 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
            .filter(([, language = '', text = '']) => !['sh', 'bash', 'console', 'yaml'].includes(language) && commands.test(text))
            .map(([text]) => `${path}: ${text}`)
        : [],
    );
    expect(unmarked).toEqual([]);
  });

  test('no name stands for what a reader has to know: files of the site have no spaces and no capitals', () => {
    expect(listed.filter((path) => !/^docs\/[a-z0-9/-]+\.md$/.test(path))).toEqual([]);
  });

  test('commands are such as a shell reads', () => {
    const texts = guides.flatMap(({ path, blocks }) =>
      blocks.flatMap(({ line, commands }) => commands.map(({ text }) => ({ where: `${path}:${line}`, text }))),
    );
    const script = texts.map(({ text }) => `{ ${text}\n}`).join('\n');
    const whole = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
    // Only when something is wrong is it worth a process for each.
    const wrong = whole.status === 0 ? [] : texts.filter(({ text }) => spawnSync('bash', ['-n'], { input: text }).status !== 0);
    expect(wrong.map(({ where }) => where)).toEqual([]);
  });

  test('objects say what their kinds can say, in subnets that differ from page to page', () => {
    const subnets = new Map<string, Set<string>>();
    for (const { path, blocks } of guides) {
      for (const { text } of blocks.flatMap(({ commands }) => commands)) {
        for (const [, yaml = ''] of text.matchAll(/<<'?EOF'?\n([\s\S]*?)\nEOF/g)) {
          for (const document of parseAllDocuments(yaml.replaceAll('$slice', 'guide'))) {
            const object: { apiVersion: string; kind: string; spec?: { sliceSubnet?: string } } = document.toJS();
            const kind = catalogue.find(
              ({ resource: { group, version, kind: name } }) => `${group}/${version}` === object.apiVersion && name === object.kind,
            );
            kind?.spec.parse(object.spec);
            const subnet = object.spec?.sliceSubnet;
            if (subnet !== undefined) subnets.set(subnet, (subnets.get(subnet) ?? new Set()).add(path));
          }
        }
      }
    }
    expect(subnets.size).toBeGreaterThan(5);
    expect([...subnets].filter(([, paths]) => paths.size > 1)).toEqual([]);
  });
});
