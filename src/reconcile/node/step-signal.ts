import type { StepSignal } from './cni/answer-cni.ts';

/** Lets requests wait for the next step of the agent, or for the next change of a link. */
export class Steps implements StepSignal {
  readonly #waiting = new Set<() => void>();

  /** Ends every wait. */
  made(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      if (signal.aborted) wake();
      else {
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      }
    });
  }
}
