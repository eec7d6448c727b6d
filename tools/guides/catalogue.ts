import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Page, readPage } from './page.ts';

/** One part of the site's list of pages. */
export interface Section {
  readonly title: string;
  /** Title and path below `docs/` of each page. */
  readonly pages: readonly (readonly [title: string, path: string])[];
}

/** The list of pages that the site shows, `docs/pages.json`. */
export const sectionsIn = (project: string): readonly Section[] => {
  const sections: readonly Section[] = JSON.parse(readFileSync(join(project, 'docs', 'pages.json'), 'utf8'));
  return sections;
};

/** Order in which pages are executed: those that only need joined clusters before those that take them apart; otherwise as the site lists them. */
const leavesLast = (page: Page): number => (page.needs === 'bare' ? (page.leaves === 'joined' ? 0 : 3) : page.leaves === 'bare' ? 2 : 1);

/** All pages with something to execute, in the order in which they can follow one another on the same clusters. */
export const pagesToRun = (project: string): Page[] =>
  allPages(project)
    .filter((page) => page.needs !== undefined)
    .toSorted((a, b) => leavesLast(a) - leavesLast(b));

/** All pages of the site. */
export const allPages = (project: string): Page[] =>
  sectionsIn(project)
    .flatMap((section) => section.pages)
    .map(([, path]) => readPage(`docs/${path}`, readFileSync(join(project, 'docs', path), 'utf8')));
