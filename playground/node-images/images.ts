import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readIfPresent } from '../../src/host/read-if-present.ts';
import { Failure } from '../../src/values/failure.ts';
import { type MachineHandle, runInside } from '../machine/machine.ts';
import { importFailure, isStillImported } from './imported-images.ts';

/** An image archive (docker-archive or OCI) and the SHA-256 of its content, which identifies it on nodes. */
export interface ImageArchive {
  file: string;
  digest: string;
}

/** @throws Failure `NotFound` when the file cannot be read. */
export async function imageArchive(file: string, signal: AbortSignal): Promise<ImageArchive> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash, { signal });
  } catch (error) {
    if (signal.aborted) throw new Failure('Interrupted', `Reading ${file} was cancelled.`, { cause: error });
    throw new Failure('NotFound', `The image archive ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return { file, digest: hash.digest('hex') };
}

/**
 * Loads an archive into a node's container runtime, unless its names already point to its content. Returns whether it loaded. The archive is passed
 * as an open file, so it may be in any folder.
 *
 * @throws Failure `InvalidInput` when the file is not an image archive.
 */
export async function loadIntoNode(node: MachineHandle, image: ImageArchive, path: string, signal: AbortSignal): Promise<boolean> {
  const remembered = join(node.paths.directory, 'images', image.digest);
  const ctr = (words: readonly string[], options: { inputFile?: number } = {}): Promise<string> =>
    runInside(node, ['ctr', '--namespace', 'k8s.io', 'images', ...words], { signal, path, ...options });
  const before = await readIfPresent(remembered);
  if (before !== undefined && isStillImported(before, await ctr(['list']))) return false;
  const archive = await open(image.file, 'r');
  try {
    // Without --local the archive is sent to the daemon in pieces, which takes twice the time.
    const output = await ctr(['import', '--local', '-'], { inputFile: archive.fd });
    await mkdir(join(node.paths.directory, 'images'), { recursive: true });
    await writeFile(remembered, output);
  } catch (error) {
    throw Failure.is(error, 'CommandFailed') ? importFailure(image.file, node.name, error) : error;
  } finally {
    await archive.close();
  }
  return true;
}
