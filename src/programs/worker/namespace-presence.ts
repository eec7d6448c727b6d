import type { Namespace } from '../../kubernetes/kinds.ts';
import type { Change } from '../../kubernetes/mirror.ts';

/** Whether a namespace is there, and not about to go. */
export const isThere = (namespace: Namespace | undefined): boolean =>
  namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;

/** Whether a namespace comes or goes: it goes when its deletion begins, or at once where that was not seen. */
export const comesOrGoes = ({ type, object, previous }: Change<Namespace>): boolean =>
  type === 'deleted' ? isThere(object) : isThere(object) !== isThere(previous);
