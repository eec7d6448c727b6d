import { multicluster } from '../groups.ts';
import { ageColumn, type KindDefinition } from '../kind-definition.ts';
import { upstreamCrdOf } from '../upstream-crd.ts';
import { mcsServiceExportKind, mcsServiceImportKind } from './kinds.ts';
import { mcsServiceExportSpec, mcsServiceExportStatus, mcsServiceImportSpec, mcsServiceImportStatus } from './schema.ts';

const [newest] = multicluster.versions;

/** The kinds of the Multi-Cluster Services API. They are not in our catalogue: other implementations define them too. */
export const mcsKinds: readonly KindDefinition[] = [
  {
    resource: mcsServiceExportKind(newest),
    description: 'A ServiceExport offers the Service of the same name and namespace to other clusters (KEP-1645).',
    // Short names would hide those of our own kinds.
    shortNames: [],
    where: ['member'],
    spec: mcsServiceExportSpec,
    status: mcsServiceExportStatus,
    columns: [
      {
        name: 'Valid',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="Valid")].status',
        description: 'Whether it can be exported.',
      },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status', description: 'Whether it is exported.' },
      {
        name: 'Conflict',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="Conflict")].status',
        description: 'Whether exports of the name in other clusters differ.',
      },
      { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', description: 'Why.', priority: 1 },
      ageColumn,
    ],
  },
  {
    resource: mcsServiceImportKind(newest),
    description: 'A ServiceImport is a service that one or more clusters export (KEP-1645).',
    shortNames: [],
    where: ['member'],
    spec: mcsServiceImportSpec,
    status: mcsServiceImportStatus,
    columns: [
      { name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'Whether the service has addresses of its own.' },
      { name: 'IP', type: 'string', jsonPath: '.spec.ips', description: 'Addresses of the service.' },
      ageColumn,
    ],
  },
];

/** The definition of a kind of the Multi-Cluster Services API, in every version that we know. */
export const mcsCrdOf = (kind: KindDefinition) => upstreamCrdOf(kind, multicluster.versions);
