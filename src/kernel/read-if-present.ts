import { readdir, readFile } from 'node:fs/promises';

/**
 * The content of a file, or undefined when there is none. Any other reason why it cannot be read (no right to, a broken disk, a folder in its
 * place) rejects: what cannot be read is not absent, and must not be made anew.
 */
export const readIfPresent = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
};

/** The names in a folder, none when there is no such folder; rejects as {@link readIfPresent} does. */
export const namesIn = async (directory: string): Promise<string[]> => {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
};

/** As {@link readIfPresent}, for what `/proc` says of a process: undefined also when it ended while it was read (ESRCH). */
export const readProcess = async (path: string): Promise<string | undefined> => {
  try {
    return await readIfPresent(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined;
    throw error;
  }
};

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
