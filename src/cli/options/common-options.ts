import { defaultProject } from '../../api/places.ts';
import type { CliInput, CliOption } from '../command.ts';
import { parseDuration } from './duration.ts';

/** `--kubeconfig`, on every command that connects to a cluster. */
export const kubeconfigOption: CliOption = {
  flags: '--kubeconfig <file>',
  text: 'Kubeconfig to use (default: KUBECONFIG, then ~/.kube/config)',
};

/** `--context`, with its meaning for the command. */
export const contextOption = (text: string): CliOption => ({ flags: '--context <name>', text: `${text} (default: the current context)` });

/** `--project`. */
export const projectOption: CliOption = { flags: '--project <name>', text: 'Project on the hub', default: defaultProject };

/** `--wait`, alone or with a limit. */
export const waitOption = (text: string): CliOption => ({ flags: '--wait [limit]', text: `${text}; by default at most 5m` });

const defaultWaitMs = 300_000;

/** The limit of `--wait` in milliseconds; undefined without the option. */
export const waitLimit = ({ options }: CliInput): number | undefined => {
  const { wait } = options;
  if (wait === undefined || wait === false) return undefined;
  return typeof wait === 'string' ? parseDuration(wait, '--wait') : defaultWaitMs;
};

/** A text option; an empty one counts as absent. */
export const textOption = ({ options }: CliInput, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The project, `default` without the option. */
export const projectOf = (input: CliInput): string => textOption(input, 'project') ?? defaultProject;
