import { pathQuestionSchema } from '../../../plan/diagnosis/probe-report.ts';
import { Failure } from '../../../values/failure.ts';
import { readJson } from '../../../values/read-json.ts';
import type { ProgramContext } from '../../program.ts';
import { agentSettings } from '../settings.ts';
import { collectFacts } from './collect.ts';
import { probePath } from './path-probe.ts';

/** Words that make the agent's program answer a question about its node and end, instead of running. */
const questions = { facts: '--facts', probe: '--probe' } as const;

/**
 * Answers `agent --facts` and `agent --probe QUESTION` with JSON on standard output; false when the command line asks neither. It is run beside the
 * agent, by somebody who may execute commands in its pod, and works while the agent hangs. With `--no-agent` none is expected to run here.
 */
export const answerQuestions = async ({ args, env, signal }: ProgramContext): Promise<boolean> => {
  const [question, text = ''] = args;
  if (question === questions.facts) {
    const host = env.HEALTH_HOST === undefined || env.HEALTH_HOST === '0.0.0.0' ? '127.0.0.1' : env.HEALTH_HOST;
    const agent = text === '--no-agent' ? undefined : { host, port: Number(env.HEALTH_PORT ?? 9809) };
    process.stdout.write(`${JSON.stringify(await collectFacts(agentSettings(env), agent, signal))}\n`);
    return true;
  }
  if (question !== questions.probe) return false;
  const asked = pathQuestionSchema.safeParse(readJson(text));
  if (!asked.success)
    throw new Failure('InvalidInput', `The question cannot be read: ${asked.error.message}; "kubeslice explain" asks it.`);
  process.stdout.write(`${JSON.stringify(await probePath(agentSettings(env), asked.data, signal))}\n`);
  return true;
};
