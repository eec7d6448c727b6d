import type { Report } from '../clusters/progress.ts';
import { requireRoot } from '../clusters/requirements.ts';
import { together } from '../clusters/together.ts';
import { faultContext, handleOf } from '../fault/context.ts';
import { machinesOf } from '../machine/machines.ts';
import { programFolder } from '../toolchain/tools.ts';
import { imageArchive, loadIntoNode } from './images.ts';

/** Which archives to load, and into which playground. */
export interface LoadOptions {
  name: string;
  stateDirectory: string;
  /** docker-archive or OCI archive files. */
  files: readonly string[];
}

/** Loads image archives into every node, concurrently, each content once. */
export async function load(options: LoadOptions, report: Report, signal: AbortSignal): Promise<void> {
  requireRoot();
  const context = await faultContext(options.stateDirectory, options.name);
  const images = await Promise.all(options.files.map((file) => imageArchive(file, signal)));
  const nodes = machinesOf(context.spec).filter((machine) => machine.role === 'node');
  await together(
    signal,
    nodes.map((node) => async (own: AbortSignal) => {
      for (const image of images) {
        const loaded = await loadIntoNode(handleOf(context, node.name), image, programFolder(context.paths), own);
        report(`${node.name}: ${image.file} ${loaded ? 'loaded' : 'was there'}`);
      }
    }),
  );
}
