import { readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { commandLineRooms, largeFolders, layeredRooms, onlyForCommandLine, outsideWorld, pureRooms, rooms, signing } from './rooms.ts';
import { root, type SourceFile, sourceFiles, withoutComments } from './source-tree.ts';

const all = sourceFiles('src', 'playground', 'test', 'tools', 'bin');
/** Where code lives that runs; everything else is tests and tools. */
const isSource = (path: string): boolean => /^(src|playground)\//.test(path);
const product = all.filter((file) => isSource(file.path) && !file.isTest);

const roomOf = (path: string): string => (path.startsWith('playground/') ? 'playground' : (path.split('/')[1] ?? ''));
const resolved = (file: SourceFile, target: string): string => normalize(join(dirname(file.path), target));
const isRelative = (target: string): boolean => target.startsWith('.');

/** One line for each offence, so that the failure message is the list of what to mend. */
const expectNone = (offences: readonly string[]): void => {
  expect(offences.join('\n')).toBe('');
};

/** `path:line` of each match in code; comments do not count. */
const matches = (file: SourceFile, pattern: RegExp): string[] =>
  withoutComments(file.text)
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}`] : []));

test('every folder of src is a room with a place', () => {
  const unknown = [...new Set(product.map((file) => roomOf(file.path)))].filter((room) => !(room in rooms));
  expectNone(unknown.map((room) => `src/${room} has no entry in test/rooms.ts: say what it may import and why`));
});

test('a room imports only from its left', () => {
  const offences = product.flatMap((file) => {
    const from = roomOf(file.path);
    const rule = rooms[from];
    if (rule === undefined) return [];
    return file.imports.flatMap(({ target, typeOnly }) => {
      if (!isRelative(target)) return [];
      const path = resolved(file, target);
      if (!isSource(path)) return [`${file.path} imports ${path}: the product must not need its tests and tools`];
      const to = roomOf(path);
      if (to === from) return [];
      const reserved = from === 'cli' ? undefined : onlyForCommandLine[to];
      if (reserved !== undefined) return [`${file.path} imports ${to}/: ${reserved}`];
      if (rule.values.includes(to)) return [];
      if (rule.types?.includes(to) === true) {
        return typeOnly ? [] : [`${file.path} imports values of ${to}/, where only types are allowed (import type): ${rule.reason}`];
      }
      return [`${file.path} imports ${path}: ${rule.reason}`];
    });
  });
  expectNone(offences);
});

test('so does a room of the command line', () => {
  const commandLine = 'src/cli/';
  const commandLineRoom = (path: string): string => /^([^/]+)\//.exec(path.slice(commandLine.length))?.[1] ?? '.';
  const files = product.filter((file) => file.path.startsWith(commandLine) && !file.path.endsWith('.fixtures.ts'));
  const offences = files.flatMap((file) => {
    const from = commandLineRoom(file.path);
    const rule = commandLineRooms[from];
    if (rule === undefined) return [`${commandLine}${from} has no entry in test/rooms.ts: say what it may import and why`];
    return file.imports.flatMap(({ target, typeOnly, lazy }) => {
      const path = resolved(file, target);
      if (!isRelative(target) || lazy || !path.startsWith(commandLine)) return [];
      const to = commandLineRoom(path);
      const isAllowed = to === from || rule.values.includes(to) || (typeOnly && rule.types?.includes(to) === true);
      return isAllowed ? [] : [`${file.path} imports ${path}: ${rule.reason}`];
    });
  });
  expectNone(offences);
});

test('only the programs that hold a key can sign', () => {
  const offences = product
    .filter((file) => !signing.signers.some((folder) => file.path.startsWith(`${folder}/`)))
    .flatMap((file) =>
      file.imports
        .filter(({ target, typeOnly }) => !typeOnly && isRelative(target) && signing.files.some((path) => path === resolved(file, target)))
        .map(({ target }) => `${file.path} imports ${target}: ${signing.reason}`),
    );
  expectNone(offences);
});

test('the pure rooms reach nothing outside of the process', () => {
  const offences = product
    .filter((file) => pureRooms.includes(roomOf(file.path)))
    .flatMap((file) =>
      file.imports
        .filter(({ target, typeOnly }) => !typeOnly && outsideWorld.test(target))
        .map(({ target }) => `${file.path} imports ${target}: ${roomOf(file.path)}/ must give the same answer everywhere and always`),
    );
  expectNone(offences);
});

test('deciding is synchronous and reads no clock or dice of its own', () => {
  const offences = product
    .filter((file) => roomOf(file.path) === 'plan')
    .flatMap((file) => [
      ...matches(file, /\b(await|async)\b|\bPromise[.<]/).map((at) => `${at} waits: plan/ gets a snapshot and gives an answer, no more`),
      ...matches(file, /\b(Date\.now\(\)|new Date\(\)|performance\.now\(\)|Math\.random\(\)|randomUUID\(\)|randomBytes\()/).map(
        (at) => `${at} reads a clock or dice: take it as an argument, so that a test can say what time it is`,
      ),
    ]);
  expectNone(offences);
});

test('files stay short enough to read', () => {
  const limit = 400;
  const offences = all
    .map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${limit}: split it where it has a second idea`);
  expectNone(offences);
});

/** The circles of a graph, each as a line such as `a → b → a`; empty when its nodes can be read in some order. */
const circlesOf = (nodes: Iterable<string>, next: (node: string) => Iterable<string>): string[] => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (node: string, above: readonly string[]): void => {
    if (above.includes(node)) {
      circles.push([...above.slice(above.indexOf(node)), node].join(' → '));
      return;
    }
    if (done.has(node)) return;
    for (const each of next(node)) visit(each, [...above, node]);
    done.add(node);
  };
  for (const node of nodes) visit(node, []);
  return circles;
};

/** The files of which a file takes values when it is loaded. */
const valuesFrom = (file: SourceFile): string[] =>
  file.imports.flatMap(({ target, typeOnly, lazy }) => (!typeOnly && !lazy && isRelative(target) ? [resolved(file, target)] : []));

test('no file imports itself by way of others', () => {
  const byPath = new Map(product.map((file) => [file.path, file]));
  const circles = circlesOf(byPath.keys(), (path) => {
    const file = byPath.get(path);
    return file === undefined ? [] : valuesFrom(file);
  });
  expectNone(circles.map((circle) => `${circle}: a reader of one of them must read all`));
});

test('the folders of a large room form layers', () => {
  const offences = layeredRooms.flatMap((room) => {
    const folderOf = (path: string): string | undefined =>
      path.startsWith(`${room}/`) ? /^([^/]+)\//.exec(path.slice(room.length + 1))?.[1] : undefined;
    const imported = new Map<string, Set<string>>();
    for (const file of product) {
      const from = folderOf(file.path);
      if (from === undefined) continue;
      const targets = valuesFrom(file).flatMap((path) => folderOf(path) ?? []);
      imported.set(from, new Set([...(imported.get(from) ?? []), ...targets.filter((to) => to !== from)]));
    }
    return circlesOf(imported.keys(), (folder) => imported.get(folder) ?? []).map(
      (circle) => `${room}: ${circle}: move what both need into a folder of its own`,
    );
  });
  expectNone(offences);
});

test('folders stay small enough to read', () => {
  const limit = 15;
  const folders = Map.groupBy(
    product.filter(({ path }) => !path.endsWith('.fixtures.ts')),
    ({ path }) => dirname(path),
  );
  const tooLarge = [...folders].filter(([folder, files]) => files.length > limit && !(folder in largeFolders));
  const grown = [...folders].filter(([folder, files]) => files.length <= limit && folder in largeFolders);
  expectNone([
    ...tooLarge.map(([folder, files]) => `${folder} has ${files.length} files, more than ${limit}: give what belongs together a folder`),
    ...grown.map(([folder]) => `${folder} is small enough: take it out of largeFolders in test/rooms.ts`),
  ]);
});

test('files are named by their idea', () => {
  const vague = /^(utils?|helpers?|managers?|common|misc|shared|lib)(\.|$)|-(utils?|helpers?|manager)\./;
  const offences = all
    .filter(({ path }) => path.split('/').some((part) => vague.test(part)))
    .map(({ path }) => `${path}: a name that fits anything tells a reader nothing; name the idea in it`);
  expectNone(offences);
});

test('environment and arguments are read in programs/ only', () => {
  const offences = product
    .filter((file) => roomOf(file.path) !== 'programs')
    .flatMap((file) => matches(file, /\bprocess\.(env|argv)\b/))
    .map((at) => `${at}: take it as an option from programs/, so that two of these can run in one process and a test needs no environment`);
  expectNone(offences);
});

test('modules hold no state', () => {
  const variable = /^(export )?(let|var)\s/;
  const filledLater = /^(export )?const \w+(:(?!\s*[Rr]eadonly)[^=]+)?\s=\s(new (Map|Set|WeakMap|WeakSet)(<[^(]*>)?\(\)|\[\]|\{\});/;
  const living = /^(export )?const \w+[^=]*=\s*new (EventEmitter|AbortController|Agent|Registry|AsyncLocalStorage)\b/;
  const offences = product
    .flatMap((file) => [variable, filledLater, living].flatMap((pattern) => matches(file, pattern)))
    .map((at) => `${at}: state at module level is shared by everything in the process; make it in a function and hand it on`);
  expectNone(offences);
});

test('every export says what it guarantees', () => {
  const declaration = /^export (?:default )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/;
  // Kubernetes documents its own kinds; to say "a ConfigMap" above ConfigMap would be noise.
  const ours = product.filter((file) => !file.path.startsWith('src/values/builtin/'));
  const offences = ours.flatMap((file) => {
    const lines = file.text.split('\n');
    return lines.flatMap((line, index) => {
      const name = declaration.exec(line)?.[1];
      if (name === undefined) return [];
      const above = lines[index - 1]?.trim() ?? '';
      const overload = new RegExp(`^export (async )?function ${name}\\b.*;$`).test(above);
      return above.endsWith('*/') || overload ? [] : [`${file.path}:${index + 1} ${name} has no doc comment directly above it`];
    });
  });
  expectNone(offences);
});

test('what runs needs only declared dependencies', () => {
  const manifest: { dependencies: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const nameOf = (target: string): string =>
    target
      .split('/')
      .slice(0, target.startsWith('@') ? 2 : 1)
      .join('/');
  const offences = product.flatMap((file) =>
    file.imports
      .filter(({ target, typeOnly, lazy }) => !typeOnly && !lazy && !isRelative(target) && !target.startsWith('node:'))
      .filter(({ target }) => !(nameOf(target) in manifest.dependencies))
      .map(
        ({ target }) => `${file.path} imports ${target}, which is not among the dependencies: it would be absent where we are installed`,
      ),
  );
  expectNone(offences);
});

/** Every package that is loaded when one of the given files is, with the file that asks for it. */
const packagesLoadedBy = (isStart: (path: string) => boolean): string[] => {
  const byPath = new Map(product.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const visit = (path: string): string[] => {
    const file = byPath.get(path);
    if (file === undefined || seen.has(path)) return [];
    seen.add(path);
    return file.imports.flatMap(({ target, typeOnly, lazy }) => {
      if (typeOnly || lazy || target.startsWith('node:')) return [];
      return isRelative(target) ? visit(resolved(file, target)) : [`${path} imports ${target}`];
    });
  };
  return [...byPath.keys()].filter(isStart).flatMap(visit);
};

test('what runs on every node and answers every call loads no schema library and no command line', () => {
  const loaded = packagesLoadedBy((path) => /^src\/programs\/(agent|dns)\.ts$/.test(path));
  const heavy = loaded.filter((what) => /imports (zod|commander|yaml|esbuild)\b/.test(what));
  expectNone(
    heavy.map(
      (what) => `${what}: it costs memory on every node and is used by generators and people only; import types, or load it when reached`,
    ),
  );
});

test('no test is left out silently', () => {
  const tests = all.filter((file) => /\.(test|contract|e2e)\.ts$/.test(file.path) && basename(file.path) !== 'architecture.test.ts');
  const offences = tests.flatMap((file) => [
    ...matches(file, /\b(it|test|describe|suite)\.(only|todo|skip)\b/).map((at) => `${at}: a test that never runs proves nothing`),
    ...(/\b(skipIf|runIf)\(/.test(file.text) && !/skipped: |skippedBecause/.test(file.text)
      ? [`${file.path} can skip: it must print "skipped: <which>: <why>", or nobody learns that it did not run`]
      : []),
  ]);
  expectNone(offences);
});
