import { join } from 'node:path';
import type { NodePrograms } from '../../toolchain/catalogue.ts';
import { bundlePrograms } from '../bundle.ts';
import type { Architecture, Recipe } from '../recipe.ts';
import { demoImage } from './demo.ts';
import { kubesliceImage } from './kubeslice.ts';
import { singleProgramImage } from './single-program.ts';

/**
 * Everything that a playground node runs, in one list for one archive: pause, CoreDNS, the demo image and KubeSlice itself.
 *
 * @param project folder of package.json, with sources or with the finished `dist`.
 * @param programs paths of the compiled programs for the architecture.
 * @param node path of an official Node binary for the architecture.
 */
export async function playgroundImages(
  options: {
    readonly project: string;
    readonly version: string;
    readonly architecture: Architecture;
    readonly node: string;
    readonly corednsVersion: string;
    readonly programs: NodePrograms & Readonly<Record<'pause' | 'coredns', string>>;
    readonly mirror?: string;
  },
  signal: AbortSignal,
): Promise<Recipe[]> {
  const { project, version, architecture, node, corednsVersion, programs } = options;
  const mirror = options.mirror === undefined ? {} : { mirror: options.mirror };
  const bundle = await bundlePrograms(project, signal);
  return [
    await singleProgramImage({ name: 'pause', version: '1', architecture, program: programs.pause }, signal),
    await singleProgramImage({ name: 'coredns', version: corednsVersion, architecture, program: programs.coredns }, signal),
    await demoImage({ version, architecture, node, answer: join(project, 'images', 'demo', 'answer.js'), ...mirror }, signal),
    await kubesliceImage({ version, architecture, node, bundle, programs, ...mirror }, signal),
  ];
}
