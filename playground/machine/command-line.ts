import { readFile } from 'node:fs/promises';

/** The arguments of a process's command line, proc(5); none when the process has ended before (ENOENT) or during the read (ESRCH). */
export async function commandLine(pid: number): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((word) => word !== '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return [];
    throw error;
  }
}
