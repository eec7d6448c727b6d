import { faultContext, handleOf } from './fault/context.ts';
import { imageArchive, loadIntoNode } from './images.ts';
import { machinesOf } from './machines.ts';
import type { Report } from './progress.ts';
import { requireRoot } from './requirements.ts';
import { together } from './together.ts';
import { programFolder } from './tools.ts';

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
