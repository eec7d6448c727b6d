import type { Log } from '../../telemetry/log.ts';
import type { LinkWatch } from './link-watch.ts';
import type { Publisher } from './publisher.ts';

/** What an agent that ends still needs. */
export interface LastVotesParts {
  readonly links: Pick<LinkWatch, 'end'>;
  readonly publisher: Pick<Publisher, 'publishLast'>;
  /** The slices of which this node publishes something. */
  readonly slices: () => readonly string[];
  readonly log: Log;
}

/** So long the API server may take for the last votes of all slices, in milliseconds. */
const publishWithinMs = 2_000;

/**
 * A signal that aborts after `signal`, once this agent has published votes for which it can stand: an Up that it leaves behind keeps a dead peer in DNS
 * until the next agent knows better. Nothing is written where the votes are as published. It aborts without that when the API server does not answer.
 */
export const afterLastVotes = (signal: AbortSignal, { links, publisher, slices, log }: LastVotesParts): AbortSignal => {
  const lifetime = new AbortController();
  const end = async (): Promise<void> => {
    try {
      await links.end();
      const within = AbortSignal.timeout(publishWithinMs);
      await Promise.all(slices().map((slice) => publisher.publishLast(slice, within)));
    } catch (error) {
      log.warn('the last votes about links could not be published', { error });
    }
    lifetime.abort(signal.reason);
  };
  if (signal.aborted) lifetime.abort(signal.reason);
  else signal.addEventListener('abort', () => void end(), { once: true });
  return lifetime.signal;
};
