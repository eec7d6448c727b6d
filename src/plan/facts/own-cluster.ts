import { membershipAnnotation } from '../../api/labels.ts';
import type { Slice } from '../../api/slice/type.ts';
import { isDnsLabel } from '../../values/text/names.ts';

const field = (slice: Slice | undefined, name: 'cluster' | 'project'): string | undefined => {
  try {
    const membership = JSON.parse(slice?.metadata.annotations?.[membershipAnnotation] ?? '{}') as {
      readonly spec?: { readonly [Name in typeof name]?: unknown };
    };
    const value = membership.spec?.[name];
    return typeof value === 'string' && isDnsLabel(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** The name of this cluster, from the membership of a slice; undefined for a slice without one. */
export const ownCluster = (slice: Slice | undefined): string | undefined => field(slice, 'cluster');

/** The project of a slice, from its membership; undefined for a slice without one. */
export const ownProject = (slice: Slice | undefined): string | undefined => field(slice, 'project');
