import { run } from './command.ts';

/**
 * Packs a folder into a tar that depends only on names, contents and modes: sorted, owned by root, one fixed time, no access times.
 *
 * Owners are dropped on purpose: nothing in our images needs a file of another owner than root.
 */
export async function pack(folder: string, output: string, signal: AbortSignal): Promise<void> {
  const reproducible = [
    '--sort=name',
    '--format=posix',
    '--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f',
    '--mtime=@1577836800',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
  ];
  await run('tar', ['--create', `--file=${output}`, ...reproducible, `--directory=${folder}`, '.'], signal);
}
