import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { run } from '../../playground/images/command.ts';
import { cachedLayer } from '../../playground/images/layer-cache.ts';
import { debianSuite } from '../../playground/images/layers/debian.ts';
import { statusFolder } from '../../playground/images/layers/debian-versions.ts';
import type { Architecture, Recipe } from '../../playground/images/recipe.ts';
import type { Parts } from './parts.ts';

const { ComponentType } = Enums;

/** One thing that the release holds. */
interface Ingredient {
  readonly name: string;
  readonly version: string;
  /** Package URL (purl specification). */
  readonly purl: string;
  readonly license?: string;
}

/**
 * Writes `kubeslice-<version>.cdx.json`, a CycloneDX 1.6 bill of materials of image and single-file program: npm packages in the bundle, Node, Go modules of the
 * compiled programs, and Debian packages of each architecture. It has no time and no random number, so that equal releases have equal ones.
 */
export async function billOfMaterials(
  options: {
    readonly project: string;
    readonly version: string;
    readonly cache: string;
    readonly output: string;
    readonly recipes: readonly Recipe[];
    readonly parts: Readonly<Record<Architecture, Parts>>;
    readonly packages: readonly string[];
  },
  signal: AbortSignal,
): Promise<void> {
  const { project, version, cache, output, recipes, parts, packages } = options;
  const ingredients = [
    ...(await Promise.all(packages.map((name) => npmIngredient(project, name)))),
    nodeIngredient(),
    ...(await goIngredients(Object.values(parts.amd64.programs), signal)),
  ];
  for (const recipe of recipes) ingredients.push(...(await debianIngredients(recipe, cache, signal)));
  const bom = new Models.Bom();
  bom.metadata.component = new Models.Component(ComponentType.Application, 'kubeslice', {
    version,
    bomRef: `kubeslice@${version}`,
    licenses: new Models.LicenseRepository([new Models.LicenseExpression('Apache-2.0')]),
  });
  for (const { name, version: of, purl, license } of new Map(ingredients.map((each) => [each.purl, each])).values()) {
    const licenses = new Models.LicenseRepository(license === undefined ? [] : [new Models.LicenseExpression(license)]);
    bom.components.add(new Models.Component(ComponentType.Library, name, { version: of, purl, bomRef: purl, licenses }));
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  await writeFile(join(output, `kubeslice-${version}.cdx.json`), `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`);
}

async function npmIngredient(project: string, name: string): Promise<Ingredient> {
  const manifest: { version: string; license?: string } = JSON.parse(
    await readFile(join(project, 'node_modules', name, 'package.json'), 'utf8'),
  );
  const { version, license } = manifest;
  return { name, version, purl: `pkg:npm/${name.replace('@', '%40')}@${version}`, ...(license === undefined ? {} : { license }) };
}

const nodeIngredient = (): Ingredient => {
  const { node: version } = process.versions;
  return { name: 'node', version, purl: `pkg:generic/node@${version}`, license: 'MIT' };
};

/** The modules that a Go program holds; the linker writes them into it. */
async function goIngredients(programs: readonly string[], signal: AbortSignal): Promise<Ingredient[]> {
  const said = await run('go', ['version', '-m', ...programs], signal);
  const modules = [...said.matchAll(/^\s+(?:dep|mod)\t(\S+)\t(v\S+)/gm)].map(([, name = '', version = '']): Ingredient => {
    return { name, version, purl: `pkg:golang/${name}@${version}` };
  });
  const goVersion = /: go([\d.]+)$/m.exec(said)?.[1];
  return goVersion === undefined ? modules : [...modules, { name: 'go', version: goVersion, purl: `pkg:golang/stdlib@${goVersion}` }];
}

/** The Debian packages of an image, as its layers say. */
async function debianIngredients(recipe: Recipe, cache: string, signal: AbortSignal): Promise<Ingredient[]> {
  const found: Ingredient[] = [];
  for (const layer of recipe.layers.filter(({ name }) => name === 'debian')) {
    const { path } = await cachedLayer(layer, cache, signal);
    const said = await run('tar', ['--extract', '--to-stdout', `--file=${path}`, `./${statusFolder}`], signal);
    for (const [, name = '', version = ''] of said.matchAll(/^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$/gm)) {
      const arch = recipe.architecture;
      found.push({ name, version, purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${arch}&distro=${debianSuite}` });
    }
  }
  return found;
}
