import * as z from 'zod';
import { conditionsSchema } from '../conditions.ts';
import { dnsLabel, validations } from '../fields.ts';

/** Schema of one requirement of a label selector; it is refused when the API server would refuse it in a Deployment. */
export const labelRequirement = z
  .object({
    key: z.string().max(317).describe('Key of the label.'),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']).describe('How the label is compared.'),
    values: z.array(z.string()).optional().meta({ 'x-kubernetes-list-type': 'atomic' }).describe('Values to compare with.'),
  })
  .meta(
    validations({
      rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && self.values.size() > 0)",
      messageExpression:
        "'operator ' + self.operator + ' of label \"' + self.key + (self.operator in ['In', 'NotIn'] ? '\" needs values; name at least one' : '\" takes no values; remove them')",
    }),
  );

/** Schema of a label selector, with the rules of the API server. */
export const labelSelector = z
  .object({
    matchLabels: z.record(z.string(), z.string()).optional().describe('Labels that a pod must have.'),
    matchExpressions: z
      .array(labelRequirement)
      .max(64)
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
    servicePort: z.int().min(1).max(65535).optional().describe('Port that clients call. Default: the container port.'),
    protocol: z.string().max(8).optional().describe('TCP, UDP or SCTP. Default: TCP.'),
    serviceProtocol: z.enum(['HTTP', 'HTTPS']).optional().describe('Application protocol, for gateways.'),
  })
  .describe('One port of the service.');

/** CEL: how a client identifies a port, with the defaults. */
const portOf = (p: string): string => `(has(${p}.servicePort) ? ${p}.servicePort : ${p}.containerPort)`;
const protocolOf = (p: string): string => `(has(${p}.protocol) ? ${p}.protocol.upperAscii() : 'TCP')`;
/** CEL: whether no other port of the list has the same identity. In a message, `join` costs the API server little, unlike `filter` and `+`. */
const onlyName = 'self.exists_one(q, has(q.name) && q.name == p.name)';
const onlyPort = `self.exists_one(q, ${portOf('q')} == ${portOf('p')} && ${protocolOf('q')} == ${protocolOf('p')})`;

/** Schema of `ServiceExport.spec`. */
export const serviceExportSpec = z
  .object({
    slice: dnsLabel().describe('Slice to which the service is offered.'),
    selector: labelSelector
      .optional()
      .describe('Pods behind the service. Default: the selector of the Service of the same name and namespace.'),
    ports: z
      .array(servicePort)
      .max(64)
      .optional()
      .meta({
        'x-kubernetes-list-type': 'atomic',
        ...validations(
          {
            rule: "self.all(p, !has(p.protocol) || p.protocol.upperAscii() in ['TCP', 'UDP', 'SCTP'])",
            message: 'ports[].protocol must be TCP, UDP or SCTP',
          },
          {
            // An EndpointSlice cannot have it, so no cluster could import the service.
            rule: `self.all(p, !has(p.name) || ${onlyName})`,
            messageExpression: `'ports[].name "' + self.map(p, has(p.name) && !${onlyName}, p.name)[0] + '" is used more than once; give each port its own name'`,
          },
          {
            rule: `self.all(p, ${onlyPort})`,
            messageExpression: `'ports[] has ' + self.map(p, !${onlyPort}, [string(${portOf('p')}), ${protocolOf('p')}])[0].join('/') + ' more than once, and only one could be called; give each port its own servicePort'`,
          },
        ),
      })
      .describe('Ports of the service. Default: the ports of the Service of the same name and namespace.'),
    internalTrafficPolicy: z
      .enum(['Cluster', 'Local'])
      .optional()
      .describe('Local: clients get endpoints on their own node only. Default: that of the Service.'),
    trafficDistribution: z
      .enum(['PreferClose', 'PreferSameZone', 'PreferSameNode'])
      .optional()
      .describe(
        'Which endpoints clients get first: those in their own cluster (PreferSameZone, or PreferClose, its former name), or those on their own node (PreferSameNode). Default: that of the Service.',
      ),
    exportedLabels: z
      .record(z.string(), z.string())
      .optional()
      .describe('Labels for the ServiceImports of the Multi-Cluster Services API in other clusters, at most 2048 bytes.'),
    exportedAnnotations: z
      .record(z.string(), z.string())
      .optional()
      .describe('Annotations for the ServiceImports of the Multi-Cluster Services API in other clusters, at most 2048 bytes.'),
    ingressEnabled: z.boolean().optional().describe('Reserved for ingress gateways.'),
    aliases: z
      .array(
        z
          .string()
          .max(253)
          .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/),
      )
      .max(32)
      .optional()
      .describe('Reserved: further DNS names for the service. They are accepted but do not resolve yet.'),
  })
  .describe('The offer to the slice.');

/** Schema of `ServiceExport.status`. */
export const serviceExportStatus = z
  .object({
    conditions: conditionsSchema,
    exportStatus: z.enum(['', 'PENDING', 'READY', 'ERROR']).optional().describe('State of the offer.'),
    dnsName: z.string().optional().describe('DNS name of the service in every cluster of the slice.'),
    exposedPorts: z.string().optional().describe('Container ports, for people.'),
    servicePorts: z.string().optional().describe('Service ports, for people.'),
    availableEndpoints: z.int().optional().describe('Pods that are attached and Ready.'),
    lastSync: z.int().meta({ format: 'int64' }).optional().describe('When the export was last published, in seconds since 1970.'),
    conflicts: z
      .array(
        z.object({
          cluster: dnsLabel().describe('The other cluster.'),
          property: z
            .enum([
              'Annotations',
              'InternalTrafficPolicy',
              'Labels',
              'Ports',
              'SessionAffinity',
              'SessionAffinityConfig',
              'TrafficDistribution',
              'Type',
            ])
            .describe('The property that differs.'),
        }),
      )
      .max(100)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Exports of this name in other clusters that differ from this one; the oldest one counts.'),
    aliases: z.array(z.string()).optional().describe('Reserved: further DNS names that resolve; none yet.'),
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
  .describe('The observed state of the offer.');
