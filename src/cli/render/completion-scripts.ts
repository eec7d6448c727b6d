import type { CliCommand } from '../command.ts';

/** A command with the arguments that select it. */
interface Place {
  readonly path: readonly string[];
  readonly command: CliCommand;
}

const flatten = (commands: readonly CliCommand[], path: readonly string[] = []): Place[] =>
  commands.flatMap((command) => {
    const here = [...path, command.name];
    return [{ path: here, command }, ...flatten(command.commands ?? [], here)];
  });

/** The long flag, whether it takes a value, and the accepted values. */
const readFlags = (flags: string): { readonly long: string; readonly short: string | undefined; readonly takesValue: boolean } => ({
  long: /--([a-z-]+)/.exec(flags)?.[1] ?? '',
  short: /(?:^|\s)-([a-zA-Z])\b/.exec(flags)?.[1],
  takesValue: flags.includes('<'),
});

const wordsAt = ({ command }: Place): string[] => [
  ...(command.commands ?? []).map(({ name }) => name),
  ...(command.options ?? []).filter(({ hidden }) => hidden !== true).map(({ flags }) => `--${readFlags(flags).long}`),
  '--help',
];

/** Options whose value is a context of the kubeconfig. */
const contextFlags = '--context|--hub-context';

const cases = (commands: readonly CliCommand[], indent: string): string =>
  flatten(commands)
    .map((place) => `${indent}"${place.path.join(' ')}") words="${wordsAt(place).join(' ')}" ;;`)
    .join('\n');

/** Completion for bash; names of contexts come from kubectl. */
export const bashCompletion = (commands: readonly CliCommand[]): string => `# bash completion for kubeslice
_kubeslice() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" word
  case "$previous" in
    ${contextFlags}) COMPREPLY=($(compgen -W "$(kubectl config get-contexts -o name 2>/dev/null)" -- "$current")); return ;;
    --kubeconfig) COMPREPLY=($(compgen -f -- "$current")); return ;;
    -o|--output) COMPREPLY=($(compgen -W "json yaml wide" -- "$current")); return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
      "") words="${commands.map(({ name }) => name).join(' ')} --help --version" ;;
${cases(commands, '      ')}
      *" "*) path="\${path% *}"; continue ;;
      *) path=""; continue ;;
    esac
    break
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _kubeslice kubeslice
`;

/** Completion for zsh, by its bash compatibility. */
export const zshCompletion = (commands: readonly CliCommand[]): string => `#compdef kubeslice
autoload -U +X bashcompinit && bashcompinit
${bashCompletion(commands)}`;

const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;

/** Completion for fish. */
export const fishCompletion = (commands: readonly CliCommand[]): string => {
  const lines = flatten(commands).flatMap(({ path, command }) => {
    const before = path.slice(0, -1);
    const siblings = flatten(commands)
      .filter((other) => other.path.length === path.length && other.path.slice(0, -1).join(' ') === before.join(' '))
      .map((other) => other.command.name);
    const seen = before.map((word) => `__fish_seen_subcommand_from ${word}`);
    const condition = [...seen, `not __fish_seen_subcommand_from ${siblings.join(' ')}`].join('; and ');
    const inside = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const options = (command.options ?? [])
      .filter(({ hidden }) => hidden !== true)
      .map(({ flags, text, choices }) => {
        const { long, short, takesValue } = readFlags(flags);
        const values =
          choices !== undefined
            ? ` -xa ${quote(choices.join(' '))}`
            : contextFlags.includes(`--${long}`)
              ? " -xa '(kubectl config get-contexts -o name 2>/dev/null)'"
              : takesValue
                ? ' -r'
                : '';
        return `complete -c kubeslice -n ${quote(inside)} -l ${long}${short === undefined ? '' : ` -s ${short}`}${values} -d ${quote(text)}`;
      });
    return [`complete -c kubeslice -n ${quote(condition)} -a ${command.name} -d ${quote(command.summary)}`, ...options];
  });
  return ['# fish completion for kubeslice', 'complete -c kubeslice -f', ...lines, ''].join('\n');
};
