import { readdir, readFile } from 'node:fs/promises';

/**
 * The content of a file, or undefined when the file does not exist. Any other error (no permission, a broken disk, a directory at the path) rejects:
 * an unreadable file is not absent, and must not be replaced.
 */
export const readIfPresent = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
};

/** The names in a directory, none when there is no such directory; rejects as {@link readIfPresent} does. */
export const namesIn = async (directory: string): Promise<string[]> => {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
};

/** Like {@link readIfPresent}, for files of a process in `/proc`: also undefined when the process ended during the read (ESRCH). */
export const readProcess = async (path: string): Promise<string | undefined> => {
  try {
    return await readIfPresent(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined;
    throw error;
  }
};

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
