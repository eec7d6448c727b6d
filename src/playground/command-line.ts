import { readFile } from 'node:fs/promises';

/** The words of a process's command line, proc(5); none when it has ended, before the file was opened (ENOENT) or while it was read (ESRCH). */
export async function commandLine(pid: number): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((word) => word !== '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return [];
    throw error;
  }
}
