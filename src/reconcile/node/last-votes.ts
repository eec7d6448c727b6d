import type { Log } from '../../telemetry/log.ts';
import type { LinkWatch } from './link-watch.ts';
import type { Publisher } from './publisher.ts';

/** What a terminating agent still needs. */
export interface LastVotesParts {
  readonly links: Pick<LinkWatch, 'end'>;
  readonly publisher: Pick<Publisher, 'publishLast'>;
  /** The published slices of this node. */
  readonly slices: () => readonly string[];
  readonly log: Log;
}

/** How long the API server may take for the last votes of all slices, in milliseconds. */
const publishWithinMs = 2_000;

/**
 * A signal that aborts after `signal`, once this agent has published correct last votes: an outdated Up keeps a dead peer in DNS until the next agent
 * has measured it. It writes nothing when the published votes are correct. It aborts without publishing when the API server does not answer.
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
