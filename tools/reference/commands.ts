import { type CliCommand, exitCodes } from '../../src/cli/command.ts';
import { registry } from '../../src/cli/registry.ts';
import { page, table } from './markdown.ts';

const commands = await Promise.all(registry.map(async ({ load }) => (await load()).command));

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'Done, or healthy.',
  failed: 'Not done; one sentence on standard error says why and what helps.',
  unhealthy: 'Something is not as asked for: `status`, and `leave` when a node did not answer.',
  timeout: 'Time ran out, of `--wait` or of a request.',
  usage: 'The command line was not understood.',
  interrupted: 'Interrupted; the same command can be run again and continues.',
};

/** A command with everything below it, as sections. */
const sections = (command: CliCommand, path: string): string[] => {
  const name = `${path} ${command.name}`;
  const usage = [name, ...(command.arguments ?? []).map((argument) => argument.usage)].join(' ');
  const options = (command.options ?? []).filter(({ hidden }) => hidden !== true);
  const rows = [
    ...(command.arguments ?? []).map(({ usage, text }) => [`\`${usage}\``, text, '']),
    ...options.map((option) => [`\`${option.flags}\``, option.text, typeof option.default === 'string' ? `\`${option.default}\`` : '']),
  ];
  const own =
    command.run === undefined
      ? []
      : [
          `## \`${usage}\``,
          [`${command.summary}.`, command.description].filter((part) => part !== undefined).join(' '),
          ...(rows.length === 0 ? [] : [table(['argument or option', 'meaning', 'default'], rows)]),
          ...(command.examples === undefined ? [] : [`\`\`\`sh\n${command.examples.join('\n')}\n\`\`\``]),
        ];
  return [...own, ...(command.commands ?? []).flatMap((below) => sections(below, name))];
};

/** Page of every command of the command line. */
export const commandsPage = (): string =>
  page(
    'src/cli/commands',
    'Commands',
    'Results go to standard output, progress and trouble to standard error. There are colours only on a terminal, and not with `NO_COLOR`. Every command has `--help`.',
    table(
      ['exit code', 'meaning'],
      Object.entries(exitCodes).map(([name, code]) => [String(code), meanings[name as keyof typeof exitCodes]]),
    ),
    ...commands.flatMap((command) => sections(command, 'kubeslice')),
  );
