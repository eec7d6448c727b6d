import { setTimeout as pause } from 'node:timers/promises';
import { type FleetStatus, planFleetStatus } from '../../plan/status/fleet-status.ts';
import { type CliCommand, exitCodes } from './command.ts';
import { contextOption, kubeconfigOption, projectOf, projectOption, textOption, waitLimit, waitOption } from './common-options.ts';
import { observeFleet } from './observe-fleet.ts';
import { withCluster } from './open-cluster.ts';
import { outputOption, printModel } from './output.ts';
import { renderFleetStatus } from './status-text.ts';

/** How often `--wait` looks again, in milliseconds. */
const lookAgainMs = 1000;

/** `kubeslice status`. */
export const command: CliCommand = {
  name: 'status',
  summary: 'Show clusters, nodes and tunnels, the worst first',
  description:
    'Ends with code 2 when a cluster or a slice is not as asked for, so that scripts can tell. What is wrong with a single export is shown as a warning and does not count.',
  options: [
    contextOption('Context of the hub cluster'),
    projectOption,
    outputOption('json', 'yaml', 'wide'),
    waitOption('Wait until all is healthy'),
    kubeconfigOption,
  ],
  examples: ['kubeslice status --context hub', 'kubeslice status -o json | jq .problems', 'kubeslice status --wait=2m'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (hub) => {
      const { terminal, signal, options } = input;
      const look = async (): Promise<FleetStatus> => planFleetStatus(await observeFleet(hub, projectOf(input), ['Node', 'Links'], signal));
      const limit = waitLimit(input);
      const deadline = performance.now() + (limit ?? 0);
      let status = await look();
      while (!status.healthy && performance.now() < deadline) {
        await pause(lookAgainMs, undefined, { signal });
        status = await look();
      }
      await printModel(terminal, options.output, status, () => renderFleetStatus(status, terminal.color, options.output === 'wide'));
      if (status.healthy) return exitCodes.ok;
      return limit === undefined ? exitCodes.unhealthy : exitCodes.timeout;
    }),
};
