import pc from 'picocolors';
import { terminalText } from '../../values/text/plain-text.ts';

/** The output of a command: results to `out`, progress and errors to `err`. Only printable text, line ends and our own colours reach the terminal. */
export interface Terminal {
  /** One line (or several) of the result, on standard output. */
  out(text: string): void;
  /** One line about progress or trouble, on standard error. */
  err(text: string): void;
  /** Colours for `out`; they do nothing in a pipe, with NO_COLOR or with TERM=dumb. */
  readonly color: Colors;
  /** The same for `err`. */
  readonly errColor: Colors;
  /** Whether `out` is a terminal with a person. */
  readonly interactive: boolean;
}

/** The colours in use. */
export type Colors = ReturnType<typeof pc.createColors>;

/** In a pipe Node leaves the property out. */
const isTerminal = (stream: { readonly isTTY?: boolean }): boolean => stream.isTTY === true;

const wanted = (stream: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean => {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return isTerminal(stream) && env.TERM !== 'dumb';
};

/** The terminal of the process. Colours follow https://no-color.org. */
export const createTerminal = (
  env: Readonly<Record<string, string | undefined>>,
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
): Terminal => ({
  out: (text) => void stdout.write(`${terminalText(text)}\n`),
  err: (text) => void stderr.write(`${terminalText(text)}\n`),
  color: pc.createColors(wanted(stdout, env)),
  errColor: pc.createColors(wanted(stderr, env)),
  interactive: isTerminal(stdout),
});
