import { filesLayer } from '../layers/files.ts';
import type { Architecture, Recipe } from '../recipe.ts';

/** An image with one static program, which is also its entry point: pause and CoreDNS. */
export async function singleProgramImage(
  options: { readonly name: string; readonly version: string; readonly architecture: Architecture; readonly program: string },
  signal: AbortSignal,
): Promise<Recipe> {
  const { name, version, architecture, program } = options;
  const layer = await filesLayer(name, { [`/${name}`]: { from: program, mode: 0o755 } }, signal);
  return { reference: `kubeslice/${name}:${version}`, architecture, layers: [layer], config: { entrypoint: [`/${name}`] } };
}
