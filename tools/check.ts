import { availableParallelism } from 'node:os';
import { close, runSteps } from './gate/run.ts';
import { checkSteps } from './gate/steps.ts';

const abort = new AbortController();
process.once('SIGTERM', () => abort.abort());
process.exitCode = close(await runSteps(checkSteps, Math.min(4, availableParallelism()), abort.signal));
