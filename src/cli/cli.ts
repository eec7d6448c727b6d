import { Command, CommanderError, Option } from 'commander';
import type { Program } from '../host/program.ts';
import { Failure } from '../values/failure.ts';
import { type CliCommand, exitCodes } from './command.ts';
import { registry } from './registry.ts';
import { createTerminal, type Terminal } from './render/terminal.ts';

type Context = { readonly terminal: Terminal; readonly finish: (code: number) => void } & Pick<
  Parameters<Program>[0],
  'env' | 'signal' | 'version'
>;

const exitCodeHelp = `
Exit codes: ${exitCodes.ok} done or healthy, ${exitCodes.failed} failed, ${exitCodes.unhealthy} unhealthy, ${exitCodes.timeout} ran out of time, ${exitCodes.usage} wrong usage, ${exitCodes.interrupted} interrupted.`;

const addOptions = (parser: Command, definition: CliCommand): void => {
  for (const { flags, text, choices, hidden, default: initial } of definition.options ?? []) {
    const option = new Option(flags, text);
    if (choices !== undefined) option.choices([...choices]);
    if (initial !== undefined) option.default(initial);
    if (hidden === true) option.hideHelp();
    parser.addOption(option);
  }
};

/** Adds a whole command with its subcommands to the parser; `path` is the text before it. */
const addCommand = (parent: Command, definition: CliCommand, context: Context, path = 'kubeslice'): void => {
  const words = `${path} ${definition.name}`;
  const parser = parent.command(definition.name).summary(definition.summary).helpOption('-h, --help', 'Show this help');
  parser.showHelpAfterError(`See "${words} --help".`);
  parser.description([definition.summary, definition.description].filter((part) => part !== undefined).join('\n\n'));
  for (const { usage, text } of definition.arguments ?? []) parser.argument(usage, text);
  addOptions(parser, definition);
  if (definition.examples !== undefined)
    parser.addHelpText('after', `\nExamples:\n${definition.examples.map((line) => `  ${line}`).join('\n')}`);
  if (definition.commands !== undefined) parser.helpCommand(false);
  for (const below of definition.commands ?? []) addCommand(parser, below, context, words);
  const { run } = definition;
  if (run === undefined) return;
  parser.action(async () => {
    context.finish(await run({ arguments: parser.args, options: parser.opts(), ...context }));
  });
};

/** The parser for a command line: only the requested command is loaded; the others appear by name. */
export const createParser = async (word: string | undefined, context: Context): Promise<Command> => {
  const { terminal } = context;
  const parser = new Command('kubeslice')
    .description('One private network for the pods and services of many Kubernetes clusters.')
    .version(context.version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show this help')
    .helpCommand(false)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('See "kubeslice --help".')
    .configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: (text) => terminal.err(text.trimEnd()) })
    .addHelpText('after', exitCodeHelp);
  for (const { name, summary, load } of registry) {
    if (name === word) addCommand(parser, (await load()).command, context);
    else parser.command(name).summary(summary).description(summary);
  }
  return parser;
};

/** Options that select a cluster; kubectl accepts these before its command too. */
const placeOptions = ['--context', '--kubeconfig'];

/** The arguments, with such options moved behind the command. */
export const commandFirst = (args: readonly string[]): readonly string[] => {
  const [first = '', second] = args;
  if (placeOptions.includes(first) && second !== undefined) return [...commandFirst(args.slice(2)), first, second];
  if (placeOptions.some((option) => first.startsWith(`${option}=`))) return [...commandFirst(args.slice(1)), first];
  return args;
};

/** Many tools accept `help join` for `join --help`; an unknown command has no help. */
const helpLast = (args: readonly string[]): readonly string[] => {
  const words = args[0] === 'help' ? [...args.slice(1), '--help'] : args;
  const [word = ''] = words;
  return word.startsWith('-') || registry.some(({ name }) => name === word) ? words : words.slice(0, 1);
};

/** The command line: the first argument selects the command. */
export const run: Program = async ({ args: written, env, signal, version }) => {
  const args = helpLast(commandFirst(written));
  const terminal = createTerminal(env, process.stdout, process.stderr);
  let code: number = exitCodes.ok;
  const context = { terminal, env, signal, version, finish: (value: number) => void (code = value) };
  try {
    const parser = await createParser(
      args.find((word) => !word.startsWith('-')),
      context,
    );
    if (args.length === 0) parser.outputHelp();
    else await parser.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'commander.help') return exitCodes.usage;
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    if (signal.aborted) {
      terminal.err('interrupted; run the same command again to continue');
      return exitCodes.interrupted;
    }
    const failure = Failure.from(error);
    terminal.err(`${terminal.errColor.red('error:')} ${failure.message}`);
    if (failure.code === 'Unexpected' && env.KUBESLICE_DEBUG !== undefined) terminal.err(String((error as Error).stack));
    if (failure.code === 'Timeout') return exitCodes.timeout;
    // An API server that refuses an object also answers InvalidInput, with its status; that is not wrong usage of the command.
    return failure.code === 'InvalidInput' && failure.status === undefined ? exitCodes.usage : exitCodes.failed;
  }
};
