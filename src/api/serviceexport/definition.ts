import { ageColumn, type KindDefinition, nameIsLabel } from '../kind-definition.ts';
import { serviceExportKind } from '../kinds.ts';
import { serviceExportSpec, serviceExportStatus } from './schema.ts';

/** Kind `ServiceExport`. */
export const serviceExportDefinition: KindDefinition = {
  resource: serviceExportKind,
  description: 'A ServiceExport offers a service of its namespace to every cluster of a slice.',
  shortNames: ['svcex'],
  where: ['member'],
  spec: serviceExportSpec,
  status: serviceExportStatus,
  rules: [nameIsLabel],
  columns: [
    { name: 'Slice', type: 'string', jsonPath: '.spec.slice', description: 'Slice to which the service is offered.' },
    {
      name: 'Ingress',
      type: 'boolean',
      jsonPath: '.spec.ingressEnabled',
      description: 'Whether an ingress gateway is requested.',
      priority: 1,
    },
    { name: 'ServicePort(s)', type: 'string', jsonPath: '.status.servicePorts', description: 'Ports that clients call.' },
    { name: 'Port(s)', type: 'string', jsonPath: '.status.exposedPorts', description: 'Ports on which the pods listen.' },
    { name: 'Endpoints', type: 'integer', jsonPath: '.status.availableEndpoints', description: 'Pods that are attached and Ready.' },
    { name: 'Status', type: 'string', jsonPath: '.status.exportStatus', description: 'State of the offer.' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', description: 'Why.', priority: 1 },
    { name: 'Alias', type: 'string', jsonPath: '.spec.aliases', description: 'Further names.', priority: 1 },
    ageColumn,
  ],
};
