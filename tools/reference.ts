import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pages } from './reference/pages.ts';

/*
 * Writes docs/reference/ from the catalogues. With --check it writes nothing and fails when a page is not what it would write.
 */
const root = dirname(import.meta.dirname);
const check = process.argv.includes('--check');
const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
const stale = pages().filter(({ path, text }) => read(join(root, path)) !== text);
for (const { path, text } of stale) {
  if (check) {
    process.stdout.write(`${path} is not what its catalogue says: run npm run generate and commit the result.\n`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
