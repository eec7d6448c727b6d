import { join } from 'node:path';
import { buildArchive } from '../images/build-archive.ts';
import { nodeBinary } from '../images/node-binary.ts';
import { playgroundImages } from '../images/recipes/playground-images.ts';
import { nodePrograms, toolOf } from '../toolchain/catalogue.ts';
import { provide } from '../toolchain/provide.ts';
import type { Places } from './places.ts';
import { machineArchitecture } from './provide-tools.ts';

/** One archive with everything that a playground with KubeSlice runs: built from this checkout; only changed parts are built again. */
export async function provideImages(places: Places, version: string, signal: AbortSignal): Promise<string> {
  const architecture = machineArchitecture();
  const programs = await provide(
    ['pause', 'coredns', ...nodePrograms],
    { cache: places.cache, modules: join(places.project, 'toolchain') },
    signal,
  );
  const node = nodeBinary(places.project);
  const corednsVersion = toolOf('coredns').version;
  const recipes = await playgroundImages({ project: places.project, version, architecture, node, corednsVersion, programs }, signal);
  return (await buildArchive('playground', recipes, places.cache, signal)).path;
}
