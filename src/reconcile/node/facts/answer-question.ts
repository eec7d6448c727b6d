import type { Program } from '../../../host/program.ts';
import { pathQuestionSchema } from '../../../plan/diagnosis/probe-report.ts';
import { aboutFlows } from '../../../plan/flows/node-flows.ts';
import { Failure } from '../../../values/failure.ts';
import { readJson } from '../../../values/text/read-json.ts';
import { agentSettings } from '../settings.ts';
import { collectFacts } from './collect.ts';
import { collectFlows } from './collect-flows.ts';
import { probePath } from './path-probe.ts';

/**
 * Runs `agent --facts` and `agent --probe QUESTION`, which print JSON on standard output. A user who may execute commands in the agent's pod runs it
 * beside the agent, and it works even if the agent does not respond. `--facts --no-agent` expects no agent on this node. A question about flows is a
 * question too, and no option of its own: an agent of an earlier version refuses it, where it would take an unknown option for none and run as an agent.
 *
 * @throws Failure InvalidInput for an invalid question.
 */
export const answerQuestion: Program = async ({ args, env, entry, signal }) => {
  const [question, text = ''] = args;
  if (question === '--facts') {
    const host = env.HEALTH_HOST === undefined || env.HEALTH_HOST === '0.0.0.0' ? '127.0.0.1' : env.HEALTH_HOST;
    const agent = text === '--no-agent' ? undefined : { host, port: Number(env.HEALTH_PORT ?? 9809) };
    process.stdout.write(`${JSON.stringify(await collectFacts(agentSettings(env), agent, signal))}\n`);
    return 0;
  }
  const json = readJson(text);
  const flows = aboutFlows.safeParse(json);
  if (flows.success) {
    process.stdout.write(`${JSON.stringify(await collectFlows(agentSettings(env), flows.data.flows, signal))}\n`);
    return 0;
  }
  const asked = pathQuestionSchema.safeParse(json);
  if (!asked.success) throw new Failure('InvalidInput', `The question is invalid: ${asked.error.message}; use "kubeslice explain".`);
  process.stdout.write(`${JSON.stringify(await probePath({ settings: agentSettings(env), entry }, asked.data, signal))}\n`);
  return 0;
};
