import { membershipAnnotation } from '../../api/labels.ts';
import type { Slice } from '../../api/slice/type.ts';
import { isDnsLabel } from '../../values/text/names.ts';

/** The name of this cluster, from the membership of a slice; undefined for a slice without one. */
export const ownCluster = (slice: Slice | undefined): string | undefined => {
  try {
    const membership = JSON.parse(slice?.metadata.annotations?.[membershipAnnotation] ?? '{}') as {
      readonly spec?: { readonly cluster?: unknown };
    };
    const cluster = membership.spec?.cluster;
    return typeof cluster === 'string' && isDnsLabel(cluster) ? cluster : undefined;
  } catch {
    return undefined;
  }
};
