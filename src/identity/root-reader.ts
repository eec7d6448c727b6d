import { type Root, type RootOwner, readRoot } from './root.ts';

/** {@link readRoot}, possibly with a cache. */
export type RootReader = (certificate: string, owner: RootOwner) => Root;

/** Maximum number of certificates in the cache: some megabytes. */
const mostRemembered = 1024;

/**
 * A {@link readRoot} with a cache. Every notice of a cluster is verified with the same certificate, and verifying the certificate costs as much as
 * verifying the notice. Refusals are not cached.
 */
export const createRootReader = (): RootReader => {
  const remembered = new Map<string, Root>();
  return (certificate, owner) => {
    const key = `${owner.project}/${owner.cluster}/${certificate}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const root: Root = { ...readRoot(certificate, owner), below: new Map() };
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, root);
    return root;
  };
};
