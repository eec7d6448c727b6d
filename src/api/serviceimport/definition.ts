import { ageColumn, type KindDefinition } from '../kind-definition.ts';
import { serviceImportKind } from '../kinds.ts';
import { serviceImportSpec, serviceImportStatus } from './schema.ts';

/** Kind `ServiceImport`. */
export const serviceImportDefinition: KindDefinition = {
  resource: serviceImportKind,
  description: 'A ServiceImport is a service of the slice in this cluster. The worker writes it; do not edit it.',
  shortNames: ['svcim'],
  where: ['member'],
  spec: serviceImportSpec,
  status: serviceImportStatus,
  columns: [
    { name: 'Slice', type: 'string', jsonPath: '.spec.slice', description: 'Slice that offers the service.' },
    { name: 'IP', type: 'string', jsonPath: '.status.ips', description: 'Address that clients in this cluster call.' },
    { name: 'ServicePort(s)', type: 'string', jsonPath: '.status.servicePorts', description: 'Ports that clients call.' },
    { name: 'Endpoints', type: 'integer', jsonPath: '.status.availableEndpoints', description: 'Ready endpoints in all clusters.' },
    { name: 'Status', type: 'string', jsonPath: '.status.importStatus', description: 'State of the import.' },
    { name: 'Port(s)', type: 'string', jsonPath: '.status.exposedPorts', description: 'Ports on which the pods listen.', priority: 1 },
    { name: 'Name', type: 'string', jsonPath: '.spec.dnsName', description: 'DNS name of the service.', priority: 1 },
    { name: 'Alias', type: 'string', jsonPath: '.spec.aliases', description: 'Further names.', priority: 1 },
    ageColumn,
  ],
};
