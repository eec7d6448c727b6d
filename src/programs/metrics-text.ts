import type { Program } from '../host/program.ts';
import { Failure } from '../values/failure.ts';

/** Prints the metrics of the program in this container, for a support archive: some programs listen only where nothing else reaches them. */
export const run: Program = async ({ env, signal }) => {
  const host = env.HEALTH_HOST === undefined || env.HEALTH_HOST === '0.0.0.0' ? '127.0.0.1' : env.HEALTH_HOST;
  const url = `http://${host}:${env.HEALTH_PORT ?? '8080'}/metrics`;
  const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) }).catch((cause: unknown) => {
    throw new Failure('Unavailable', `${url} does not answer; is the program of this container running?`, { cause });
  });
  process.stdout.write(await answer.text());
  return 0;
};
