import { setTimeout as pause } from 'node:timers/promises';
import { type FleetStatus, planFleetStatus } from '../../plan/status/fleet-status.ts';
import { Failure } from '../../values/failure.ts';
import { isAway } from './away.ts';
import { type CliCommand, exitCodes } from './command.ts';
import { contextOption, kubeconfigOption, projectOf, projectOption, textOption, waitLimit, waitOption } from './common-options.ts';
import { observeFleet } from './observe-fleet.ts';
import { withCluster } from './open-cluster.ts';
import { outputOption, printModel } from './output.ts';
import { renderFleetStatus } from './status-text.ts';
import type { Terminal } from './terminal.ts';

/** How often `--wait` looks again, in milliseconds. */
const lookAgainMs = 1000;

/** A look gets at least this long, in milliseconds, also when the limit of `--wait` is shorter or nearly over. */
const shortestLookMs = 1000;

type Look = (signal: AbortSignal) => Promise<FleetStatus>;

/**
 * Looks again and again until all is healthy or time is over; what was seen last.
 *
 * @throws Failure Timeout with the last error when the hub is away at the end.
 */
const lookUntilHealthy = async (look: Look, limitMs: number, terminal: Terminal, signal: AbortSignal): Promise<FleetStatus> => {
  const deadline = performance.now() + limitMs;
  // What the last look that was not cut off by the limit saw or failed with.
  let last: FleetStatus | Failure = new Failure(
    'Timeout',
    'its API server gave no answer; check that it runs and can be reached from here.',
  );
  for (let isAnnounced = false; ; ) {
    const left = deadline - performance.now();
    const limit = AbortSignal.timeout(Math.ceil(Math.max(shortestLookMs, left)));
    try {
      last = await look(AbortSignal.any([signal, limit]));
      if (last.healthy) return last;
    } catch (error) {
      if (signal.aborted || (!limit.aborted && !isAway(error))) throw error;
      if (!limit.aborted) last = Failure.from(error);
    }
    if (performance.now() >= deadline) {
      if (!Failure.is(last)) return last;
      throw new Failure('Timeout', `The hub could not be read for ${limitMs / 1000} s: ${last.message}`, { cause: last });
    }
    if (Failure.is(last) && !isAnnounced) {
      terminal.err(`note: ${last.message} It may be starting; looking again …`);
      isAnnounced = true;
    }
    await pause(lookAgainMs, undefined, { signal });
  }
};

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
      const limit = waitLimit(input);
      const look: Look = async (during) => planFleetStatus(await observeFleet(hub, projectOf(input), ['Node', 'Links'], during));
      const status = limit === undefined ? await look(signal) : await lookUntilHealthy(look, limit, terminal, signal);
      await printModel(terminal, options.output, status, () => renderFleetStatus(status, terminal.color, options.output === 'wide'));
      if (status.healthy) return exitCodes.ok;
      return limit === undefined ? exitCodes.unhealthy : exitCodes.timeout;
    }),
};
