import { join } from 'node:path';
import { bundlePrograms } from '../../playground/images/bundle.ts';
import type { Architecture, Recipe } from '../../playground/images/recipe.ts';
import { demoImage } from '../../playground/images/recipes/demo.ts';
import { kubesliceImage } from '../../playground/images/recipes/kubeslice.ts';
import type { Parts } from './parts.ts';

/** The recipes of the images that people install, for one architecture: the very ones that the playground runs. */
export async function imageRecipes(
  options: { readonly project: string; readonly version: string; readonly architecture: Architecture; readonly parts: Parts },
  signal: AbortSignal,
): Promise<Readonly<Record<'kubeslice' | 'demo', Recipe>>> {
  const { project, version, architecture, parts } = options;
  const { node, programs } = parts;
  const bundle = await bundlePrograms(project, signal);
  return {
    kubeslice: await kubesliceImage({ version, architecture, node, bundle, programs }, signal),
    demo: await demoImage({ version, architecture, node, answer: join(project, 'images', 'demo', 'answer.js') }, signal),
  };
}
