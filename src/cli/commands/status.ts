import { setTimeout as pause } from 'node:timers/promises';
import type { Problem } from '../../plan/status/problem.ts';
import { Failure } from '../../values/failure.ts';
import { type CliCommand, exitCodes } from '../command.ts';
import { type ContextStatus, contextStatus } from '../fleet/context-status.ts';
import { sideOption } from '../fleet/fleet-list.ts';
import { kubeconfigOption, projectOption, textOption, waitLimit, waitOption } from '../options/common-options.ts';
import { outputOption, printModel } from '../render/output.ts';
import { renderFleetStatus } from '../render/status-text.ts';
import type { Terminal } from '../render/terminal.ts';
import { withCluster } from '../steps/open-cluster.ts';
import { isUnreachable } from '../steps/unreachable.ts';

/** The interval of reads with `--wait`, in milliseconds. */
const pollEveryMs = 1000;

/** Shortest time limit of a read, in milliseconds, even when the limit of `--wait` is shorter or nearly over. */
const shortestReadMs = 1000;

/** How long single services get with `--wait`, in milliseconds: those that have been broken for longer are not waited for. */
const servicesMs = 60_000;

type ReadStatus = (signal: AbortSignal) => Promise<ContextStatus>;

/** Whether an error about a single service is recent enough to be in progress. */
const isOnItsWay = ({ severity, scope, since }: Problem, now: number): boolean =>
  severity === 'error' && scope === 'service' && (since === undefined || now - Date.parse(since) < servicesMs);

/**
 * Reads repeatedly until all is healthy or the time is over; returns the last state. It waits for clusters, slices and programs; for single services
 * only while they may be in progress, because a mistake in an application must not delay an installation.
 *
 * @throws Failure Timeout with the last error when the cluster is unreachable at the end.
 */
const pollUntilHealthy = async (read: ReadStatus, limitMs: number, terminal: Terminal, signal: AbortSignal): Promise<ContextStatus> => {
  const began = performance.now();
  const deadline = began + limitMs;
  // The result or failure of the last read that the limit did not cut off.
  let last: ContextStatus | Failure = new Failure(
    'Timeout',
    'its API server gave no answer; check that it runs and can be reached from here.',
  );
  for (let isAnnounced = false; ; ) {
    const left = deadline - performance.now();
    const limit = AbortSignal.timeout(Math.ceil(Math.max(shortestReadMs, left)));
    try {
      last = await read(AbortSignal.any([signal, limit]));
      const waitsForServices = performance.now() - began < servicesMs && last.problems.some((each) => isOnItsWay(each, Date.now()));
      if (last.healthy || (last.fleetHealthy && !waitsForServices)) return last;
    } catch (error) {
      if (signal.aborted || (!limit.aborted && !isUnreachable(error))) throw error;
      if (!limit.aborted) last = Failure.from(error);
    }
    if (performance.now() >= deadline) {
      if (!Failure.is(last)) return last;
      throw new Failure('Timeout', `The cluster could not be read for ${limitMs / 1000} s: ${last.message}`, { cause: last });
    }
    if (Failure.is(last) && !isAnnounced) {
      terminal.err(`note: ${last.message} It may be starting; trying again …`);
      isAnnounced = true;
    }
    await pause(pollEveryMs, undefined, { signal });
  }
};

/** `kubeslice status`. */
export const command: CliCommand = {
  name: 'status',
  summary: 'Show clusters, nodes and tunnels, the worst first',
  description: [
    'Works with the context of the hub, which knows what all clusters report, and with that of a member, which shows what is known there. A cluster that is both shows both.',
    'Ends with code 2 when something does not work: a cluster, a slice, or a single service, for scripts. Warnings do not count: they are about what works, but not entirely as desired, and about nodes that are powered off.',
    'With --wait it ends as soon as clusters and slices are as desired; single services get up to a minute. It ends with code 3 when clusters or slices are not as desired in time, and with 2 when a service is not.',
  ].join('\n\n'),
  options: [
    sideOption,
    projectOption,
    outputOption('json', 'yaml', 'wide'),
    waitOption('Wait until clusters and slices are as desired'),
    kubeconfigOption,
  ],
  examples: [
    'kubeslice status --context hub',
    'kubeslice status --context east',
    'kubeslice status -o json | jq .problems',
    'kubeslice status --wait=2m',
  ],
  run: async (input) => {
    const limit = waitLimit(input);
    return withCluster(input, textOption(input, 'context'), async (cluster) => {
      const { terminal, signal, options } = input;
      const read: ReadStatus = (during) => contextStatus(cluster, input, during);
      const status = limit === undefined ? await read(signal) : await pollUntilHealthy(read, limit, terminal, signal);
      const text = () => renderFleetStatus(status, terminal.color, options.output === 'wide', Date.now());
      await printModel(terminal, options.output, status, text);
      if (status.healthy) return exitCodes.ok;
      return limit === undefined || status.fleetHealthy ? exitCodes.unhealthy : exitCodes.timeout;
    });
  },
};
