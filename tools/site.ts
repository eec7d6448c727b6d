import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sectionsIn } from './guides/catalogue.ts';

/*
 * Builds the site from docs/ into dist/site with VitePress, or shows it with `dev`. VitePress is a package of its own below site/, so that nothing of it is among
 * the project's own dependencies; it is installed when it is first needed.
 */
const root = dirname(import.meta.dirname);
const site = join(root, 'site');
const [word = 'build', ...rest] = process.argv.slice(2);
const run = (program: string, ...args: string[]): void => {
  const { status } = spawnSync(program, args, {
    cwd: site,
    stdio: 'inherit',
    env: { ...process.env, KUBESLICE_SITE_OUT: join(root, 'dist', 'site') },
  });
  if (status !== 0) process.exit(status ?? 1);
};
const stamp = join(site, 'node_modules', '.installed');
const lock = createHash('sha256')
  .update(readFileSync(join(site, 'package-lock.json')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  run('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  writeFileSync(stamp, lock);
}
// A copy, since VitePress looks for its own parts from where the pages are; with what the pages link to, in its place.
const pages = join(site, 'pages');
rmSync(pages, { recursive: true, force: true });
cpSync(join(root, 'docs'), join(pages, 'docs'), { recursive: true });
cpSync(join(root, 'decisions'), join(pages, 'decisions'), { recursive: true });
for (const name of readdirSync(root).filter((each) => each.endsWith('.md'))) cpSync(join(root, name), join(pages, name));
cpSync(join(root, 'examples', 'app-slice', 'README.md'), join(pages, 'examples', 'app-slice', 'README.md'));
cpSync(join(pages, 'docs', 'index.md'), join(pages, 'index.md'));
rmSync(join(pages, 'docs', 'index.md'));
writeFileSync(join(site, 'sections.json'), JSON.stringify(sectionsIn(root)));
run(join(site, 'node_modules', '.bin', 'vitepress'), word, '.', ...rest);
if (word === 'build') console.log(join(root, 'dist', 'site'));
