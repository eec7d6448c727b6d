import { access, chmod, copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../values/failure.ts';
import { run } from '../command.ts';
import { contentKey } from '../content-key.ts';
import { fileDigest } from '../file-digest.ts';
import type { Architecture, Layer } from '../recipe.ts';

/** Where the private Node with its loader and libraries lies in the image, ready to be copied to a node. */
export const hostFolder = '/opt/kubeslice/host';

/** Where the same files are on a node, and the path that is written into the Node binary; in the image it is a link to `hostFolder`. */
export const nodeFolder = '/opt/cni/bin/.kubeslice';

const loaders = {
  amd64: { triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
} as const;

const libraries = ['libc.so.6', 'libdl.so.2', 'libgcc_s.so.1', 'libm.so.6', 'libpthread.so.0', 'libstdc++.so.6'];

/**
 * A layer with one Node binary that runs anywhere, in the image and on a node without glibc or with an empty root: its loader and library path
 * are absolute and point into its own folder (`$ORIGIN` would need /proc).
 *
 * Because that path is under /opt/cni/bin, a pod must never mount a node's /opt/cni/bin at the same place; mount it elsewhere.
 *
 * @param node path of an official Node binary for the architecture.
 * @param libc a Debian layer that holds libc6, libstdc++6 and libgcc-s1.
 */
export async function nodeLayer(
  options: { readonly architecture: Architecture; readonly node: string; readonly libc: Layer },
  signal: AbortSignal,
): Promise<Layer> {
  const { architecture, node, libc } = options;
  const { triplet, loader } = loaders[architecture];
  const key = contentKey({
    revision: '1',
    architecture,
    node: await fileDigest(node, signal),
    libc: libc.key,
    folders: `${hostFolder} ${nodeFolder}`,
    libraries: libraries.join(' '),
  });
  const fill: Layer['fill'] = async (root, { scratch, tarOf }) => {
    const host = join(root, hostFolder);
    await mkdir(host, { recursive: true });
    const wanted = [...libraries, loader].map((file) => `*/${triplet}/${file}*`);
    await run('tar', ['--extract', `--file=${tarOf(libc)}`, `--directory=${scratch}`, '--wildcards', ...wanted], signal);
    for (const file of libraries) await copyLibrary(scratch, triplet, file, join(host, file));
    await copyLibrary(scratch, triplet, loader, join(host, 'ld.so'));

    const binary = join(host, 'node');
    await copyFile(node, binary);
    await chmod(binary, 0o755);
    await run('strip', [binary], signal);
    await run('patchelf', ['--set-interpreter', `${nodeFolder}/ld.so`, '--force-rpath', '--set-rpath', nodeFolder, binary], signal);

    await mkdir(join(root, nodeFolder, '..'), { recursive: true });
    await symlink(hostFolder, join(root, nodeFolder));
    await mkdir(join(root, 'usr/local/bin'), { recursive: true });
    await symlink(`${hostFolder}/node`, join(root, 'usr/local/bin/node'));
  };
  return { name: 'node', key, needs: [libc], fill };
}

/** Copies a library from wherever Debian's unpacked root has it, as the file itself and not the link to it. */
async function copyLibrary(root: string, triplet: string, file: string, target: string): Promise<void> {
  for (const place of ['lib', 'usr/lib']) {
    const source = join(root, place, triplet, file);
    const found = await access(source).then(
      () => true,
      () => false,
    );
    if (!found) continue;
    await copyFile(source, target);
    await chmod(target, 0o755);
    return;
  }
  throw new Failure('Unexpected', `The Debian layer holds no ${file} for ${triplet}, which the private Node needs.`);
}
