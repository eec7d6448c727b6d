import { versionAnnotation } from '../../api/labels.ts';
import type { CustomResourceDefinition } from '../../values/builtin/custom-resource-definition.ts';
import { sortedBy } from '../../values/text/order.ts';
import { isNewerVersion } from '../../values/text/version-precedence.ts';

/** A definition that a newer KubeSlice wrote and that stays. */
export interface NewerDefinition {
  readonly name: string;
  readonly version: string;
}

/**
 * The definitions that an installation of a version must not overwrite, by name: those of a newer version have fields that this one does not know,
 * and an API server drops fields without a definition at the next write of an object. The programs of this version work with newer definitions.
 */
export const newerDefinitions = (present: readonly CustomResourceDefinition[], version: string): NewerDefinition[] =>
  sortedBy(
    present.flatMap(({ metadata }) => {
      const by = metadata.annotations?.[versionAnnotation];
      return by !== undefined && isNewerVersion(by, version) ? [{ name: metadata.name, version: by }] : [];
    }),
    ({ name }) => name,
  );
