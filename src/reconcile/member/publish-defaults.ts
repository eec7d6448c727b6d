import type { Slice } from '../../api/slice/type.ts';
import type { Events } from '../../kubernetes/events.ts';
import type { Mirror } from '../../kubernetes/mirror.ts';
import { defaultNotes } from '../../plan/audit/trust-notes.ts';

/**
 * Publishes an Event when the default access of a slice that this cluster keeps changes, until the signal aborts. The mirror is read: what is added later
 * is new.
 */
export const publishDefaults = (slices: Pick<Mirror<Slice>, 'subscribe'>, events: Pick<Events, 'emit'>, signal: AbortSignal): void => {
  const stop = slices.subscribe(({ type, object, previous }) => {
    if (type === 'deleted') return;
    for (const note of defaultNotes(previous, object)) events.emit({ regarding: object, ...note });
  });
  signal.addEventListener('abort', stop, { once: true });
};
