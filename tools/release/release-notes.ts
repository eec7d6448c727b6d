import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../src/values/failure.ts';

/** The part of CHANGELOG.md about a version, else about what is not released yet, under a heading of its own. @throws Failure NotFound when it has neither. */
export async function releaseNotes(project: string, version: string): Promise<string> {
  return notesOf(await readFile(join(project, 'CHANGELOG.md'), 'utf8'), version);
}

/** The same from the text of a changelog: its parts begin with `## ` and a version or `Unreleased`. */
export function notesOf(changelog: string, version: string): string {
  const parts = changelog.split(/^## /m).slice(1);
  const titled = (title: string) => parts.find((part) => new RegExp(`^\\[?${title.replaceAll('.', '\\.')}\\]?(\\s|$)`).test(part));
  const part = titled(version) ?? titled('Unreleased');
  if (part === undefined)
    throw new Failure('NotFound', `CHANGELOG.md has no part "## ${version}" and none "## Unreleased": write what is new.`);
  return `# KubeSlice ${version}\n\n${part.slice(part.indexOf('\n') + 1).trim()}\n`;
}
