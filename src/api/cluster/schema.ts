import * as z from 'zod';
import { conditionsSchema } from '../conditions.ts';
import { cidrField, dnsLabel, ipField, timeField, validations } from '../fields.ts';

/** Maximum number of node addresses in a status; a cluster with more nodes is judged by its networks. */
export const maxNodeAddresses = 256;
/** Maximum number of pod networks in a status. */
export const maxPodNetworks = 256;
/** Maximum number of service networks in a status. */
export const maxServiceNetworks = 16;

/** Maximum number of exports without a slice in a status. */
export const maxStrayExports = 50;
/** Reasons of a member's report about name resolution through its DNS. */
export const dnsFindings = ['NamesAnswered', 'NamesPending', 'NamesNotWired', 'DnsServersAway'] as const;

const text = (description: string) => z.string().max(1024).optional().describe(description);

/** Schema of `Cluster.spec`. */
export const clusterSpec = z
  .object({
    caBundle: z
      .string()
      .max(8192)
      .optional()
      .meta(
        validations(
          {
            rule: 'self == oldSelf',
            message:
              'caBundle is set already: this cluster name is taken by another cluster. Join under another name, or delete this Cluster first',
          },
          {
            rule: "self.startsWith('-----BEGIN CERTIFICATE-----')",
            message: 'caBundle is not a certificate in PEM form; "kubeslice join" sets it',
          },
        ),
      )
      .describe('Certificate (PEM) of the cluster’s own authority. Set once, by the cluster that joins under this name.'),
    nodeIPs: z.array(ipField()).max(64).optional().describe('Addresses at which other clusters reach the nodes, if not detected.'),
    networkInterface: text('Network interface of the nodes that faces the other clusters, if not detected.'),
    clusterProperty: z
      .object({
        geoLocation: z
          .object({
            cloudProvider: text('Cloud provider.'),
            cloudRegion: text('Region of the cloud provider.'),
            latitude: text('Latitude in degrees.'),
            longitude: text('Longitude in degrees.'),
          })
          .optional()
          .describe('Where the cluster is.'),
      })
      .optional()
      .describe('Facts about the cluster for people.'),
  })
  .describe('The desired state of the cluster.');

/** Schema of `Cluster.status`. */
export const clusterStatus = z
  .object({
    conditions: conditionsSchema,
    registrationStatus: z
      .enum(['Pending', 'InProgress', 'Failed', 'Registered', 'DeregisterInProgress', 'DeregisterFailed', 'Deregistered'])
      .optional()
      .describe('State of the registration.'),
    caFingerprint: z
      .string()
      .max(128)
      .optional()
      .describe('SHA-256 of the cluster’s authority certificate; compare it with what `kubeslice join` printed.'),
    clusterHealth: z
      .object({
        clusterHealthStatus: z.enum(['Normal', 'Warning']).optional().describe('Health of the cluster.'),
        lastUpdated: timeField().optional().describe('When the health last changed.'),
      })
      .optional()
      .describe('Health of the cluster.'),
    nodeIPs: z.array(ipField()).max(maxNodeAddresses).optional().describe('Detected addresses of the nodes; the list is cut at its limit.'),
    cniSubnet: z
      .array(cidrField())
      .max(maxPodNetworks)
      .optional()
      .describe('Detected networks of the cluster’s pods; the list is cut at its limit.'),
    serviceSubnet: z
      .array(cidrField())
      .max(maxServiceNetworks)
      .optional()
      .describe('Detected networks of the cluster’s service addresses.'),
    clusterDns: z
      .object({
        answers: z.boolean().describe('Whether cluster DNS answers for the zone of the slices.'),
        reason: z.enum(dnsFindings).describe('The reason for programs.'),
        message: z.string().max(1024).describe('The reason for people.'),
      })
      .optional()
      .describe('The result of the worker’s query for a name, sent as pods send theirs.'),
    networkPresent: z.boolean().optional().describe('Whether the node agents run.'),
    nodes: z.int().min(0).optional().describe('Nodes of the cluster.'),
    strayExports: z
      .array(
        z.object({
          namespace: dnsLabel().describe('Namespace of the ServiceExport.'),
          name: dnsLabel().describe('Name of the ServiceExport.'),
          slice: dnsLabel().describe('The slice in the ServiceExport.'),
          reason: z.string().max(64).describe('Why it is not offered, as a reason from the catalogue.'),
          message: z.string().max(512).describe('Why it is not offered, in a sentence.'),
          since: timeField().optional().describe('Since when, by the clock of the cluster.'),
        }),
      )
      .max(maxStrayExports)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('ServiceExports that name a slice of which the cluster is not a member; the list is cut at its limit.'),
    version: z.string().max(256).optional().describe('Version of KubeSlice in the cluster.'),
    kubernetesVersion: z.string().max(256).optional().describe('Version of Kubernetes in the cluster.'),
  })
  .describe('The observed state of the cluster.');
