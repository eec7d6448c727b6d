import type { Break } from '../break.ts';

const patch = (namespaces: readonly string[]): readonly string[] => [
  'patch',
  'slice',
  'app-slice',
  '--type',
  'merge',
  '-p',
  JSON.stringify({ spec: { namespaceIsolationProfile: { allowedNamespaces: namespaces, applicationNamespaces: null } } }),
];

/** A namespace that was taken out of the slice. */
export const namespaceNotInSlice: Break = {
  name: 'namespace not in the slice',
  make: async (world) => void (await world.kubectl('hub', patch(['other-ns']))),
  status: /app-ns|NamespaceNotInSlice|other-ns/,
  cause: {
    command: ['explain', 'app-ns/client', 'app-ns/backend-service', '--context', 'west', '--hub-context', 'hub'],
    says: /Namespace app-ns is in no slice/,
  },
  remedy: 'printed',
  undo: async (world) => void (await world.kubectl('hub', patch(['app-ns']))),
};
