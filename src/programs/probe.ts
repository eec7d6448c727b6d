import type { Program } from '../host/program.ts';
import { questionSchema } from '../plan/diagnosis/probe-report.ts';
import { Failure } from '../values/failure.ts';
import { readJson } from '../values/text/read-json.ts';
import { askAll } from './probe/ask.ts';

/** Answers its argument, a JSON list of questions, from its own place in the network, and prints the answers as JSON. */
export const run: Program = async ({ args }) => {
  const asked = questionSchema.array().safeParse(readJson(args[0] ?? ''));
  if (!asked.success)
    throw new Failure('InvalidInput', `The questions cannot be read: ${asked.error.message}; "kubeslice explain" asks them.`);
  process.stdout.write(`${JSON.stringify(await askAll(asked.data))}\n`);
  return 0;
};
