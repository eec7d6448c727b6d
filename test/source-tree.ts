import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The folder of the project. */
export const root = dirname(import.meta.dirname);

/** One `import … from` or `export … from`, or an `import(…)`. */
export interface Import {
  readonly target: string;
  /** True when only types are taken, so that nothing is left of it at run time. */
  readonly typeOnly: boolean;
  /** True for `import(…)`: loaded when reached, not at start. */
  readonly lazy: boolean;
}

/** One file of TypeScript. */
export interface SourceFile {
  /** Path from the project's folder, such as `src/plan/membership/exchange.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  /** Tests, contract suites and their fixtures, which may reach further than the code they test. */
  readonly isTest: boolean;
}

const fromClause = /^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)';/gm;
const lazyImport = /\bimport\('([^']+)'\)/g;

const takesOnlyTypes = (clause: string): boolean => {
  const names = /^\{([^}]*)\}$/
    .exec(clause.trim())?.[1]
    ?.split(',')
    .map((name) => name.trim());
  return names?.every((name) => name === '' || name.startsWith('type ')) ?? false;
};

/** The imports of a source text, in order. */
export const importsOf = (text: string): Import[] => [
  ...[...text.matchAll(fromClause)].map(([, type, clause = '', target = '']) => ({
    target,
    typeOnly: type !== undefined || takesOnlyTypes(clause),
    lazy: false,
  })),
  ...[...text.matchAll(lazyImport)].map(([, target = '']) => ({ target, typeOnly: false, lazy: true })),
];

/** The text with comments blanked out and lines kept, so that a rule about code does not trip over prose. */
export const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) => comment.replaceAll(/[^\n]/g, ' '));

/** Every TypeScript file below the given folders, sorted by path. */
export const sourceFiles = (...folders: string[]): SourceFile[] =>
  folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(ts|mts|mjs)$/.test(entry.name))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = relative(root, file);
      const text = readFileSync(file, 'utf8');
      const isTest = /\.(test|contract|e2e)\.ts$|^test\/|\/(fake|fixtures)\//.test(path);
      return { path, text, imports: importsOf(withoutComments(text)), isTest };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
