/**
 * Writes what is made from the sources and kept in the repository: the Helm chart. `--check` writes nothing and ends with code 1 when a
 * file differs from what would be written.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chartFiles } from './chart/chart-files.ts';

const folder = join(import.meta.dirname, '..', 'charts', 'kubeslice');
const files = chartFiles();

const present = globSync('**/*.{yaml,json,txt}', { cwd: folder });
const surplus = present.filter((path) => !files.has(path));
const stale = [...files].filter(([path, text]) => !existsSync(join(folder, path)) || readFileSync(join(folder, path), 'utf8') !== text);

if (process.argv.includes('--check')) {
  for (const path of [...surplus, ...stale.map(([name]) => name)])
    process.stderr.write(`charts/kubeslice/${path} is not up to date: run npm run generate\n`);
  process.exitCode = surplus.length + stale.length === 0 ? 0 : 1;
} else {
  for (const path of surplus) rmSync(join(folder, path));
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  process.stdout.write(`charts/kubeslice: ${files.size} files, ${stale.length} written, ${surplus.length} removed\n`);
}
