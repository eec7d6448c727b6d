import { stripVTControlCharacters } from 'node:util';

/**
 * Whether a program printed what a page shows. `…` in a line stands for anything in it, a line of nothing but `…` for any number of lines; columns may have other
 * widths.
 */
export function isAsExpected(expected: string, printed: string): boolean {
  const pattern = lines(expected).map((line) => (line === '…' ? '(?:.*\n)*?' : `${line.split('…').map(literal).join('.*')}\n`));
  return new RegExp(`^${pattern.join('')}$`).test(
    lines(printed)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

/** Lines without what is not seen: colours, spaces at the end, empty lines around. */
const lines = (text: string): string[] => {
  const plain = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trimEnd());
  const first = plain.findIndex((line) => line !== '');
  return first === -1 ? [] : plain.slice(first, plain.findLastIndex((line) => line !== '') + 1);
};

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/ +/g, ' +');

const kubectlLooks = ['get', 'describe', 'exec', 'logs', 'wait', 'auth', 'top'];
const kubesliceLooks = ['status', 'slices', 'services', 'links', 'problems', 'doctor', 'explain', 'version', 'trust list', 'trust show'];

/** Whether a command only looks, so that it may be given again until what it shows has come true. */
export function isLook(command: string): boolean {
  const words = command.replaceAll(/ (--context|-n|--namespace|--kubeconfig)[ =]\S+/g, '');
  if (/[\n;|&>]/.test(words.replaceAll(/'[^']*'/g, ''))) return false;
  const looks = [...kubectlLooks.map((word) => `kubectl ${word}`), ...kubesliceLooks.map((word) => `kubeslice ${word}`)];
  return looks.some((look) => words === look || words.startsWith(`${look} `));
}
