import { type Root, type RootOwner, readRoot } from './root.ts';

/** {@link readRoot}, or the same with a memory. */
export type RootReader = (certificate: string, owner: RootOwner) => Root;

/** Certificates that were read and are remembered at the most: some megabytes. */
const mostRemembered = 1024;

/**
 * A {@link readRoot} that remembers what it read: every notice of a cluster is judged by the same certificate, and to verify that costs as much as to
 * verify the notice. A refusal is not remembered.
 */
export const createRootReader = (): RootReader => {
  const remembered = new Map<string, Root>();
  return (certificate, owner) => {
    const key = `${owner.project}/${owner.cluster}/${certificate}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const root = readRoot(certificate, owner);
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, root);
    return root;
  };
};
