import * as z from 'zod';
import { conditionsSchema } from '../conditions.ts';
import { dnsLabel, ipField } from '../fields.ts';
import { servicePort } from '../serviceexport/schema.ts';

/** Schema of `ServiceImport.spec`. */
export const serviceImportSpec = z
  .object({
    slice: dnsLabel().describe('Slice that offers the service.'),
    dnsName: z.string().max(253).describe('DNS name of the service.'),
    ports: z
      .array(
        servicePort.extend({
          appProtocol: z.string().max(317).optional().describe('Application protocol, as the Service of the export has it.'),
        }),
      )
      .max(64)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Ports of the service.'),
    aliases: z.array(z.string().max(253)).max(64).optional().describe('Further DNS names of the service.'),
    exportedLabels: z.record(z.string(), z.string()).optional().describe('Labels that the oldest export gives to imports.'),
    exportedAnnotations: z.record(z.string(), z.string()).optional().describe('Annotations that the oldest export gives to imports.'),
  })
  .describe('The offered service.');

/** Schema of `ServiceImport.status`. */
export const serviceImportStatus = z
  .object({
    conditions: conditionsSchema,
    ips: z
      .array(ipField())
      .max(2)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe(
        'Service addresses, one for each address family: clients in this cluster call them, and their node chooses an endpoint for each connection. They stay as long as the import exists. None for a headless service.',
      ),
    importStatus: z.enum(['', 'PENDING', 'READY', 'ERROR']).optional().describe('State of the import.'),
    servicePorts: z.string().optional().describe('Service ports, for people.'),
    exposedPorts: z.string().optional().describe('Container ports, for people.'),
    type: z.enum(['ClusterSetIP', 'Headless']).optional().describe('Headless when the Service of the oldest export is, else ClusterSetIP.'),
    sessionAffinity: z.enum(['None', 'ClientIP']).optional().describe('Session affinity of the oldest export.'),
    sessionAffinitySeconds: z
      .int()
      .optional()
      .describe('Seconds for which a client stays with its endpoint after its last connection, with session affinity ClientIP.'),
    internalTrafficPolicy: z
      .string()
      .max(63)
      .optional()
      .describe(
        'Internal traffic policy of the oldest export, as in a Service: Local when clients get endpoints on their own node only. Default: Cluster.',
      ),
    trafficDistribution: z
      .string()
      .max(63)
      .optional()
      .describe('Traffic distribution of the oldest export, as in a Service: which endpoints clients get first.'),
    clusters: z.array(dnsLabel()).optional().meta({ 'x-kubernetes-list-type': 'atomic' }).describe('The clusters whose exports are used.'),
    availableEndpoints: z.int().optional().describe('Ready endpoints in all clusters.'),
    lastSync: z.int().meta({ format: 'int64' }).optional().describe('When a cluster last published, in seconds since 1970.'),
    updatedOn: z.int().meta({ format: 'int64' }).optional().describe('When this object last changed, in seconds since 1970.'),
    endpoints: z
      .array(
        z.object({
          name: z.string().optional().describe('Name of the pod.'),
          ip: z.string().describe('Address of the pod in the slice.'),
          port: z.int().describe('Port on which the pod listens.'),
          clusterId: z.string().describe('Cluster that runs the pod.'),
          dnsName: z.string().describe('Name of the pod in the slice.'),
        }),
      )
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Ready endpoints, at most 100; the EndpointSlices have them all.'),
  })
  .describe('The observed state of the service.');
