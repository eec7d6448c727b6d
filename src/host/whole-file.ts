import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file so that readers and crashes see the old or the new content, never a part: to a temporary name, to disk, then renamed. */
export const writeWholeFile = async (path: string, content: string | Uint8Array, mode: number): Promise<void> => {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  // Hidden, so that programs that read a whole directory (CNI) ignore it. Each writer has a name of its own, so that none removes another's file.
  const temporary = `${directory}/.${path.slice(directory.length + 1)}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(content);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};
