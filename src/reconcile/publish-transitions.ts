import type { Condition } from '../api/condition.ts';
import type { Events } from '../kubernetes/events.ts';
import type { Mirror } from '../kubernetes/mirror.ts';
import { transitions } from '../plan/status/transitions.ts';
import type { KubernetesObject } from '../values/object.ts';

/** An object whose status has conditions. */
export type Conditioned = KubernetesObject & { readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined };

/**
 * Publishes a Kubernetes Event when a condition of one of these objects changes, until the signal aborts. It watches the objects themselves, so code
 * that writes a status need not do it.
 */
export const publishTransitions = (
  mirrors: readonly Pick<Mirror<Conditioned>, 'subscribe'>[],
  events: Pick<Events, 'emit'>,
  signal: AbortSignal,
): void => {
  for (const mirror of mirrors) {
    const stop = mirror.subscribe(({ type, object, previous }) => {
      if (type !== 'updated') return;
      for (const transition of transitions(previous?.status?.conditions, object.status?.conditions))
        events.emit({ regarding: object, ...transition });
    });
    signal.addEventListener('abort', stop, { once: true });
  }
};
