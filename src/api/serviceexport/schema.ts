import * as z from 'zod';
import { conditionsSchema } from '../conditions.ts';
import { dnsLabel, validations } from '../fields.ts';

const labelSelector = z
  .object({
    matchLabels: z.record(z.string(), z.string()).optional().describe('Labels that a pod must have.'),
    matchExpressions: z
      .array(
        z.object({
          key: z.string().describe('Label that the requirement is about.'),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']).describe('How the label is compared.'),
          values: z.array(z.string()).optional().meta({ 'x-kubernetes-list-type': 'atomic' }).describe('Values to compare with.'),
        }),
      )
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Further requirements; all must hold.'),
  })
  .meta({ 'x-kubernetes-map-type': 'atomic' });

/** Schema of one port of an export or import. */
export const servicePort = z
  .object({
    name: dnsLabel().optional().describe('Name of the port.'),
    containerPort: z.int().min(1).max(65535).describe('Port on which the pods listen.'),
    servicePort: z.int().min(1).max(65535).optional().describe('Port by which clients call the service; the container port when left out.'),
    protocol: z.string().max(8).optional().describe('TCP, UDP or SCTP; TCP when left out.'),
    serviceProtocol: z.enum(['HTTP', 'HTTPS']).optional().describe('Application protocol, for gateways.'),
  })
  .describe('One port of the service.');

/** Schema of `ServiceExport.spec`. */
export const serviceExportSpec = z
  .object({
    slice: dnsLabel().describe('Slice that the service is offered to.'),
    selector: labelSelector
      .optional()
      .describe('Pods behind the service. Left out: the selector of the Service of the same name and namespace.'),
    ports: z
      .array(servicePort)
      .max(64)
      .optional()
      .meta({
        'x-kubernetes-list-type': 'atomic',
        ...validations({
          rule: "self.all(p, !has(p.protocol) || p.protocol.upperAscii() in ['TCP', 'UDP', 'SCTP'])",
          message: 'ports[].protocol must be TCP, UDP or SCTP',
        }),
      })
      .describe('Ports of the service. Left out: the ports of the Service of the same name and namespace.'),
    ingressEnabled: z.boolean().optional().describe('Reserved for ingress gateways.'),
    aliases: z
      .array(
        z
          .string()
          .max(253)
          .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
      )
      .max(32)
      .optional()
      .describe('Reserved: further DNS names for the service. They are accepted and not answered yet.'),
  })
  .describe('What should be offered to the slice.');

/** Schema of `ServiceExport.status`. */
export const serviceExportStatus = z
  .object({
    conditions: conditionsSchema,
    exportStatus: z.enum(['', 'PENDING', 'READY', 'ERROR']).optional().describe('State in one word.'),
    dnsName: z.string().optional().describe('Name by which the service is found in every cluster of the slice.'),
    exposedPorts: z.string().optional().describe('Container ports, for people.'),
    servicePorts: z.string().optional().describe('Service ports, for people.'),
    availableEndpoints: z.int().optional().describe('Pods that are attached and Ready.'),
    lastSync: z.int().meta({ format: 'int64' }).optional().describe('When the export was last published, in seconds since 1970.'),
    aliases: z.array(z.string()).optional().describe('Reserved: further DNS names that are answered; none are yet.'),
    pods: z
      .array(
        z.object({
          name: z.string().describe('Name of the pod.'),
          podIp: z.string().describe('Address of the pod in its cluster.'),
          nsmIp: z.string().optional().describe('Address of the pod in the slice.'),
          dnsName: z.string().describe('Name of the pod in the slice.'),
        }),
      )
      .optional()
      .describe('Pods behind the service.'),
  })
  .describe('What is offered, from evidence.');
