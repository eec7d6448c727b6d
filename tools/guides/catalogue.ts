import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Page, readPage } from './page.ts';

/** One part of the site's list of pages. */
export interface Section {
  readonly title: string;
  /** Title and path below `docs/` of each page. */
  readonly pages: readonly (readonly [title: string, path: string])[];
}

/** The list of pages that the site shows: `docs/pages.json`, and a section at its end for pages that nobody has put into it. */
export const sectionsIn = (project: string): readonly Section[] => {
  const docs = join(project, 'docs');
  const sections: readonly Section[] = JSON.parse(readFileSync(join(docs, 'pages.json'), 'utf8'));
  const listed = new Set(['index.md', ...sections.flatMap(({ pages }) => pages.map(([, path]) => path))]);
  const others = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md') && !listed.has(path));
  if (others.length === 0) return sections;
  const titleOf = (path: string): string => /^# (.+)$/m.exec(readFileSync(join(docs, path), 'utf8'))?.[1] ?? path;
  return [...sections, { title: 'More', pages: others.toSorted().map((path): [string, string] => [titleOf(path), path]) }];
};

/** Order in which pages are executed; among equals the order of the site. */
const turnOf = ({ needs, leaves, late }: Page): number => {
  if (leaves === 'other') return 5;
  if (needs === 'bare') return leaves === 'joined' ? 0 : 4;
  if (leaves === 'bare') return 3;
  return late ? 2 : 1;
};

/** All pages with something to execute, in the order in which they can follow one another on the same clusters. */
export const pagesToRun = (project: string): Page[] =>
  allPages(project)
    .filter((page) => page.needs !== undefined)
    .toSorted((a, b) => turnOf(a) - turnOf(b));

/** All pages of the site. */
export const allPages = (project: string): Page[] =>
  sectionsIn(project)
    .flatMap((section) => section.pages)
    .map(([, path]) => readPage(`docs/${path}`, readFileSync(join(project, 'docs', path), 'utf8')));
