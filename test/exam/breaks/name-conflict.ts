import { service, serviceExport } from '../../e2e/workloads.ts';
import type { Break } from '../break.ts';

/** A second cluster that offers a service of the same name with another port. */
export const nameConflict: Break = {
  name: 'name conflict',
  make: (world) =>
    world.apply('west', service('backend-service', 'app-ns', 'client', [8000]), serviceExport('backend-service', 'app-ns', 'app-slice')),
  status: /backend-service.*(conflict|different ports|older)/is,
  cause: { command: ['doctor', '--context', 'west'], says: /ExportConflict/ },
  remedy: 'printed',
  undo: async (world) =>
    void (await world.kubectl('west', [
      '--namespace',
      'app-ns',
      'delete',
      'serviceexport/backend-service',
      'service/backend-service',
      '--ignore-not-found',
    ])),
};
