import { pathQuestionSchema } from '../../../plan/diagnosis/probe-report.ts';
import { Failure } from '../../../values/failure.ts';
import { readJson } from '../../../values/read-json.ts';
import type { Program } from '../../program.ts';
import { agentSettings } from '../settings.ts';
import { collectFacts } from './collect.ts';
import { probePath } from './path-probe.ts';

/**
 * Answers `agent --facts` and `agent --probe QUESTION` with JSON on standard output. It is run beside the agent, by somebody who may execute commands
 * in its pod, and works while the agent hangs. With `--facts --no-agent` none is expected to run here.
 *
 * @throws Failure InvalidInput for a question that cannot be read.
 */
export const answerQuestion: Program = async ({ args, env, signal }) => {
  const [question, text = ''] = args;
  if (question === '--facts') {
    const host = env.HEALTH_HOST === undefined || env.HEALTH_HOST === '0.0.0.0' ? '127.0.0.1' : env.HEALTH_HOST;
    const agent = text === '--no-agent' ? undefined : { host, port: Number(env.HEALTH_PORT ?? 9809) };
    process.stdout.write(`${JSON.stringify(await collectFacts(agentSettings(env), agent, signal))}\n`);
    return 0;
  }
  const asked = pathQuestionSchema.safeParse(readJson(text));
  if (!asked.success)
    throw new Failure('InvalidInput', `The question cannot be read: ${asked.error.message}; "kubeslice explain" asks it.`);
  process.stdout.write(`${JSON.stringify(await probePath(agentSettings(env), asked.data, signal))}\n`);
  return 0;
};
