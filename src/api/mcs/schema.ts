import * as z from 'zod';
import { maxAffinitySeconds } from '../../values/builtin/session-affinity.ts';
import { conditionsSchema } from '../conditions.ts';
import { dnsLabel, ipField, mapBy } from '../fields.ts';

/** Schema of `ServiceExport.spec` of the Multi-Cluster Services API (KEP-1645, "Exporting Services"). */
export const mcsServiceExportSpec = z
  .object({
    exportedLabels: z.record(z.string(), z.string()).optional().describe('Labels for the imported service.'),
    exportedAnnotations: z.record(z.string(), z.string()).optional().describe('Annotations for the imported service.'),
  })
  .describe('Further properties of the export; the Service of the same name and namespace has the others.');

/** Schema of `ServiceExport.status` of that API. */
export const mcsServiceExportStatus = z.object({ conditions: conditionsSchema }).describe('The observed state of the export.');

const port = z
  .object({
    name: z.string().max(63).optional().describe('Name of the port; optional if there is only one.'),
    protocol: z.string().max(8).optional().describe('TCP, UDP or SCTP. Default: TCP.'),
    appProtocol: z.string().max(317).optional().describe('Application protocol, as in a Service.'),
    port: z.int().min(1).max(65535).describe('Port that clients call.'),
  })
  .describe('One port of the service.');

/** Schema of `ServiceImport.spec` of that API (KEP-1645, "Importing Services"). */
export const mcsServiceImportSpec = z
  .object({
    type: z
      .enum(['ClusterSetIP', 'Headless'])
      .describe('ClusterSetIP: clients call the addresses of the service. Headless: clients choose a pod.'),
    ports: z.array(port).meta({ 'x-kubernetes-list-type': 'atomic' }).describe('Ports of the service: the union of all exports.'),
    ips: z
      .array(ipField())
      .max(2)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Addresses of the service in this cluster, if it has any.'),
    ipFamilies: z
      .array(z.enum(['IPv4', 'IPv6']))
      .max(2)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Address families of the service.'),
    sessionAffinity: z.enum(['None', 'ClientIP']).optional().describe('Whether a client stays with its endpoint, as in a Service.'),
    sessionAffinityConfig: z
      .object({
        clientIP: z
          .object({
            timeoutSeconds: z
              .int()
              .min(1)
              .max(maxAffinitySeconds)
              .optional()
              .describe('Seconds for which a client stays with its endpoint.'),
          })
          .optional()
          .describe('Configuration of ClientIP.'),
      })
      .optional()
      .describe('Configuration of the session affinity, as in a Service.'),
    internalTrafficPolicy: z.enum(['Cluster', 'Local']).optional().describe('As in a Service.'),
    trafficDistribution: z.string().max(63).optional().describe('As in a Service.'),
  })
  .describe('The imported service.');

/** Schema of `ServiceImport.status` of that API. */
export const mcsServiceImportStatus = z
  .object({
    conditions: conditionsSchema,
    clusters: z
      .array(z.object({ cluster: dnsLabel().describe('Name of the cluster.') }))
      .optional()
      .meta(mapBy('cluster'))
      .describe('The clusters that export the service.'),
    endpointSliceObjects: z
      .enum(['Present', 'Absent'])
      .optional()
      .describe('Whether EndpointSlices with the endpoints of the service exist in its namespace.'),
  })
  .describe('The observed state of the import.');
