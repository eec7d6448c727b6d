import { type CliCommand, exitCodes } from '../command.ts';
import { contextStatus } from '../fleet/context-status.ts';
import { sideOption } from '../fleet/fleet-list.ts';
import { kubeconfigOption, projectOption, textOption } from '../options/common-options.ts';
import { outputOption, printModel } from '../render/output.ts';
import { renderProblems, verdictText } from '../render/problems-text.ts';
import { unreadableNotes } from '../render/unreadable-note.ts';
import { withCluster } from '../steps/open-cluster.ts';

/** `kubeslice problems`. */
export const command: CliCommand = {
  name: 'problems',
  summary: 'Show all problems, with cause, evidence, age and remedy',
  description:
    'Ends with code 2 when something does not work: a cluster, a slice, or a single service. Warnings are about what works, but not entirely as desired; they do not count.',
  options: [sideOption, projectOption, outputOption('json', 'yaml'), kubeconfigOption],
  examples: ['kubeslice problems --context hub', 'kubeslice problems --context east -o json | jq -r ".[].help"'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (cluster) => {
      const { terminal, signal, options } = input;
      const status = await contextStatus(cluster, input, signal);
      const { problems, healthy } = status;
      for (const note of unreadableNotes({ hub: status, member: status.member })) terminal.err(note);
      await printModel(terminal, options.output, problems, () =>
        problems.length === 0
          ? terminal.color.green('No problems.')
          : `${renderProblems(problems, terminal.color, Date.now())}\n\n${verdictText(problems, terminal.color)}`,
      );
      return healthy ? exitCodes.ok : exitCodes.unhealthy;
    }),
};
