import type { Namespace } from '../../../kubernetes/kinds.ts';
import type { Change } from '../../../kubernetes/mirror.ts';

/** Whether a namespace exists and is not being deleted. */
export const isThere = (namespace: Namespace | undefined): boolean =>
  namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;

/** Whether a namespace appears or disappears: it disappears when its deletion begins, or at once if that was not observed. */
export const comesOrGoes = ({ type, object, previous }: Change<Namespace>): boolean =>
  type === 'deleted' ? isThere(object) : isThere(object) !== isThere(previous);
