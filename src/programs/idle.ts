import type { Program } from '../host/program.ts';

/** Does nothing until its signal aborts: the main container of pods whose init container does the work. */
export const run: Program = ({ signal }) =>
  new Promise((resolve) => {
    const keepAlive = setInterval(() => undefined, 3_600_000);
    const stop = (): void => {
      clearInterval(keepAlive);
      resolve(0);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
