import { availableParallelism } from 'node:os';
import { close, runSteps } from './gate/run.ts';
import { checkSteps, testSteps } from './gate/steps.ts';

const abort = new AbortController();
process.once('SIGTERM', () => abort.abort());
const checked = await runSteps(checkSteps, Math.min(4, availableParallelism()), abort.signal);
// One at a time and whatever the check said: a red format check should not hide whether traffic flows.
const tested = await runSteps(testSteps, 1, abort.signal);
process.exitCode = close([...checked, ...tested]);
