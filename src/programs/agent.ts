import type { Program } from '../host/program.ts';
import { cleanUp } from '../reconcile/node/cleanup.ts';
import { runNode } from '../reconcile/node/run-node.ts';
import { agentSettings } from '../reconcile/node/settings.ts';
import { openScrapes } from '../serving/open-scrapes.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { systemClock } from '../values/clock.ts';
import { inClusterClient } from './environment/in-cluster.ts';

/**
 * The agent of a node: keeps its slices in the kernel, attaches its pods, watches its links and publishes the result. What it created continues to
 * work without it. `--cleanup` removes everything from the node instead; `--facts` and `--probe` answer a question about the node and end.
 */
export const run: Program = async (context) => {
  const { args, env, signal: ending, version } = context;
  // These are rare, so a running agent does not load the code that reads and checks the question.
  const [first] = args;
  if (first === '--facts' || first === '--probe')
    return (await import('../reconcile/node/facts/answer-question.ts')).answerQuestion(context);
  const settings = agentSettings(env);
  const log = createLog({ program: 'agent', level: env.LOG_LEVEL ?? 'info' });
  if (args.includes('--cleanup')) {
    await cleanUp(settings, log, ending);
    return 0;
  }
  const metrics = createMetrics({ program: 'agent', version, process: true });
  const client = await inClusterClient(env, 'member', 'kubeslice-agent', metrics);
  const parts = { client, metrics, clock: systemClock, log };
  await Promise.all([runNode({ ...parts, settings }, ending), openScrapes({ name: 'kubeslice-agent', env, ...parts }, ending)]);
  client.close();
  return 0;
};
