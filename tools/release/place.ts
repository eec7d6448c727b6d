import { copyFile, link, rm } from 'node:fs/promises';

/** Puts a file of the cache under another name, as a link where the file system allows it. */
export async function place(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await link(from, to).catch(() => copyFile(from, to));
}
