import { serviceExport } from '../../e2e/workloads.ts';
import type { Break } from '../break.ts';

/** The same port name as in the other cluster, with another number. */
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'backend-service', namespace: 'app-ns' },
  spec: { selector: { app: 'client' }, ports: [{ name: 'http', port: 8000, targetPort: 8000 }] },
};

/** A second cluster that offers a service of the same name with another port. */
export const nameConflict: Break = {
  name: 'name conflict',
  make: (world) => world.apply('west', service, serviceExport('backend-service', 'app-ns', 'app-slice')),
  status: /backend-service.*(conflict|different ports|older)/is,
  cause: { command: ['doctor', '--context', 'west'], says: /ExportConflict/ },
  remedy: 'printed',
  undo: async (world) =>
    void (await world.kubectl('west', [
      '--namespace',
      'app-ns',
      'delete',
      'serviceexport.networking.kubeslice.io/backend-service',
      'service/backend-service',
      '--ignore-not-found',
    ])),
};
