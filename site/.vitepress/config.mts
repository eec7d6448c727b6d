import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';

const sections: { title: string; pages: [string, string][] }[] = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'sections.json'), 'utf8'));
const link = (path: string): string => `/docs/${path.replace(/(index)?\.md$/, '')}`;

/** The list of pages is written by tools/site.ts from docs/pages.json, which the tests read, too. */
export default defineConfig({
  title: 'KubeSlice',
  description: 'One private network for the pods and services of many Kubernetes clusters.',
  lang: 'en',
  srcDir: 'pages',
  outDir: process.env.KUBESLICE_SITE_OUT ?? '../dist/site',
  cleanUrls: false,
  lastUpdated: false,
  // Pages also link to files of the repository, which are no pages of the site.
  ignoreDeadLinks: [/\/(charts|examples|src|tools|test|images|toolchain)(\/|$)/, /LICENSE/, /\.json$/],
  markdown: { html: true },
  srcExclude: ['README.md'],
  themeConfig: {
    nav: [
      { text: 'Start', link: '/docs/start' },
      { text: 'Install', link: '/docs/install/' },
      { text: 'Tasks', link: '/docs/tasks/export-a-service' },
      { text: 'Troubleshooting', link: '/docs/troubleshooting' },
      { text: 'Reference', link: '/docs/reference/commands' },
    ],
    sidebar: sections.map(({ title, pages }) => ({ text: title, items: pages.map(([text, path]) => ({ text, link: link(path) })) })),
    outline: [2, 3],
    search: { provider: 'local' },
  },
});
