import { plainJson } from '../../values/text/plain-text.ts';
import type { CliOption } from '../command.ts';
import type { Terminal } from './terminal.ts';

/** Option `-o` with the formats of the command beside its table. */
export const outputOption = (...formats: readonly ('json' | 'yaml' | 'wide')[]): CliOption => ({
  flags: '-o, --output <format>',
  text: `Print ${formats.join(', ')} instead of the short table`,
  choices: formats,
});

/**
 * Prints a result in the format of `-o`: JSON and YAML show the model itself, complete; anything else is text for people. The YAML library is loaded
 * only when it is used.
 */
export const printModel = async (terminal: Terminal, format: unknown, model: unknown, text: () => string): Promise<void> => {
  if (format === 'json') terminal.out(plainJson(JSON.stringify(model, undefined, 2)));
  else if (format === 'yaml')
    terminal.out((await import('yaml')).stringify(model, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd());
  else terminal.out(text());
};
