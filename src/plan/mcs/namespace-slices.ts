import { memberNamespaces, type Slice } from '../../api/slice/type.ts';

/** The slice of each namespace that is a member of one in this cluster. A namespace belongs to one slice; if objects contradict, to the first by name. */
export const namespaceSlices = (slices: readonly Slice[]): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const { metadata, spec } of slices) {
    if (metadata.deletionTimestamp !== undefined) continue;
    for (const namespace of memberNamespaces(spec)) {
      const other = found.get(namespace);
      if (other === undefined || metadata.name < other) found.set(namespace, metadata.name);
    }
  }
  return found;
};

/** The namespaces that have another slice, or none any more. */
export const movedNamespaces = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((namespace) => before.get(namespace) !== after.get(namespace));
