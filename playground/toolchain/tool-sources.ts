import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from './catalogue.ts';

/**
 * The text of go.mod, go.sum (if there is one) and the tool's own Go files, by name relative to the module folder.
 *
 * Only folders of the tool's programs are read, so an edit of one main does not change the keys of others.
 */
export async function toolSources(moduleFolder: string, tool: Tool, signal: AbortSignal): Promise<Record<string, string>> {
  const files = ['go.mod', 'go.sum'];
  for (const path of Object.values(tool.programs)) {
    if (!path.startsWith('.')) continue;
    const names = await readdir(join(moduleFolder, path));
    files.push(...names.filter((name) => name.endsWith('.go') && !name.endsWith('_test.go')).map((name) => join(path, name)));
  }
  const sources: Record<string, string> = {};
  for (const file of files) {
    const content = await readFile(join(moduleFolder, file), { encoding: 'utf8', signal }).catch((error: NodeJS.ErrnoException) => {
      // A module without requirements has no go.sum.
      if (error.code === 'ENOENT' && file === 'go.sum') return undefined;
      throw error;
    });
    if (content !== undefined) sources[file] = content;
  }
  return sources;
}
