import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../../src/values/failure.ts';

/**
 * Path of the official Node binary for this machine's architecture that npm installed with the project.
 *
 * It is below the project in a checkout, and beside it where the project itself is an installed package.
 *
 * @throws Failure NotFound, with the command that installs it.
 */
export function nodeBinary(project: string, arch: string = process.arch): string {
  const name = `node-linux-${arch}`;
  const places = [join(project, 'node_modules', name), join(dirname(project), name)].map((folder) => join(folder, 'bin', 'node'));
  const found = places.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Failure(
    'NotFound',
    `Images hold Node, and the npm package ${name} that brings it is not installed: run npm ci in ${project}, or install kubeslice without leaving out its optional packages.`,
  );
}
