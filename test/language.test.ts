import { expect, test } from 'vitest';
import { replaced } from './language.ts';
import { sourceFiles } from './source-tree.ts';

const files = sourceFiles('src', 'playground').filter((file) => !file.path.endsWith('.test.ts'));

/** Comments, and string and template literals with a space in them: text that a person reads. */
const prose = /\/\*[\s\S]*?\*\/|(?<=^|[^:'"`\w])\/\/.*$|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`/gm;

const isProse = (text: string): boolean => text.startsWith('/') || text.includes(' ');

/** Text without code: what stands in backticks in a comment, and what is filled into a template. */
const withoutCode = (text: string): string => {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ');
  return text.startsWith('`') ? text.replaceAll(/\$\{[^}]*\}/g, blank) : text.replaceAll(/`[^`\n]*`|\{@link [^}]*\}/g, blank);
};

test.each(replaced)('$words is written $instead', ({ pattern, instead, allowed = {} }) => {
  const offences = files
    .filter(({ path }) => !Object.keys(allowed).some((prefix) => path.startsWith(prefix)))
    .flatMap(({ path, text }) =>
      [...text.matchAll(prose)]
        .filter(([match]) => isProse(match))
        .flatMap((match) =>
          [...withoutCode(match[0]).matchAll(pattern)].map(({ 0: word, index }) => {
            const line = text.slice(0, match.index + index).split('\n').length;
            return `${path}:${line}: "${word}"; write ${instead}`;
          }),
        ),
    );
  expect(offences.join('\n')).toBe('');
});
