import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.ts';
import { contentKey } from '../content-key.ts';
import { fileDigest } from '../file-digest.ts';
import { type Architecture, architectureOf, type Layer } from '../recipe.ts';

const folder = 'usr/local/bin';

/**
 * A layer with Node as /usr/local/bin/node, without symbols. The Debian layer has its C++ libraries.
 *
 * @param node path of an official Node binary for the image's architecture.
 */
export async function nodeLayer(node: string, architecture: Architecture, signal: AbortSignal): Promise<Layer> {
  const key = contentKey({ revision: '2', node: await fileDigest(node, signal) });
  const fill: Layer['fill'] = async (root) => {
    const binary = join(root, folder, 'node');
    await mkdir(join(root, folder), { recursive: true });
    await copyFile(node, binary);
    await chmod(binary, 0o755);
    await run(stripOf(architecture), [binary], signal);
  };
  return { name: 'node', key, fill };
}

/** The program that removes the symbols of a binary: this machine's own, else Debian's for the other architecture (binutils-aarch64-linux-gnu, binutils-x86-64-linux-gnu). */
export function stripOf(architecture: Architecture): string {
  if (architecture === architectureOf(process.arch)) return 'strip';
  return architecture === 'arm64' ? 'aarch64-linux-gnu-strip' : 'x86_64-linux-gnu-strip';
}
