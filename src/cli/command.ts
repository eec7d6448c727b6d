import type { Terminal } from './render/terminal.ts';

/** One argument of a command. */
interface CliArgument {
  /** In the form of usage lines: `<name>` when required, `[name]` when not, `<name...>` for many. */
  readonly usage: string;
  readonly text: string;
}

/** One option of a command. */
export interface CliOption {
  /** In the form of usage lines, for example `-o, --output <format>` or `--wide`. */
  readonly flags: string;
  readonly text: string;
  readonly default?: string | boolean;
  /** The only values that are accepted. */
  readonly choices?: readonly string[];
  /** Still accepted, but not shown. */
  readonly hidden?: boolean;
}

/** The inputs of a command. */
export interface CliInput {
  /** The arguments in order; a missing optional one is undefined. */
  readonly arguments: readonly (string | undefined)[];
  /** Values by the long name in camel case; flags without a value are true. A repeated option has its last value. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly version: string;
}

/** One command of the command line; each file in `commands/` exports one as `command`. */
export interface CliCommand {
  readonly name: string;
  /** One line, without a full stop, for the list of commands. */
  readonly summary: string;
  /** Further paragraphs for `--help`. */
  readonly description?: string;
  readonly arguments?: readonly CliArgument[];
  readonly options?: readonly CliOption[];
  readonly examples?: readonly string[];
  /** Resolves to the exit code, see {@link exitCodes}. Absent when there are only commands below this one. */
  readonly run?: (input: CliInput) => Promise<number>;
  /** Commands below this one, such as `create` of `token`. */
  readonly commands?: readonly CliCommand[];
}

/** The meaning of exit codes, for every command; printed by `--help`. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  unhealthy: 2,
  timeout: 3,
  usage: 64,
  interrupted: 130,
} as const;
