import { serviceExport } from '../../e2e/workloads.ts';
import type { Break } from '../break.ts';

const again = serviceExport('backend-service', 'app-ns', 'app-slice');

/** The kind ServiceExport, deleted in a member; its objects are lost with it, and must be applied again. */
export const definitionMissing: Break = {
  name: 'CRD missing',
  make: async (world) => void (await world.kubectl('east', ['delete', 'crd', 'serviceexports.networking.kubeslice.io'])),
  status: /serviceexports|DefinitionMissing|CustomResourceDefinition/i,
  cause: { command: ['doctor', '--context', 'east', '--hub-context', 'hub'], says: /DefinitionMissing/ },
  remedy: 'printed',
  undo: async (world) => {
    const known = await world.tryKubectl('east', ['get', 'crd', 'serviceexports.networking.kubeslice.io']);
    if (known.code !== 0) await world.paste('kubeslice join east --hub-context hub --context east --wait');
    await world.apply('east', again);
  },
};
