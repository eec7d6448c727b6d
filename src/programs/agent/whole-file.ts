import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file so that readers and crashes see the old or the new content, never a part: to a temporary name, to disk, then renamed.
 */
export const writeWholeFile = async (path: string, content: string | Uint8Array, mode: number): Promise<void> => {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  // Hidden, so that programs which read a whole directory (CNI) leave it alone.
  const temporary = `${directory}/.${path.slice(directory.length + 1)}.new`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(content);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
};
