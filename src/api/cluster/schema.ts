import * as z from 'zod';
import { conditionsSchema } from '../conditions.ts';
import { cidrField, dnsLabel, ipField, timeField, validations } from '../fields.ts';

/** Node addresses that a status lists at the most; a cluster with more nodes is judged by its networks. */
export const maxNodeAddresses = 256;
/** Pod networks that a status lists at the most. */
export const maxPodNetworks = 256;
/** Service networks that a status lists at the most. */
export const maxServiceNetworks = 16;

/** Exports without a slice that a status lists at the most. */
export const maxStrayExports = 50;
/** Reasons of what a member finds about the way of names through its DNS. */
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
            message: 'caBundle is no certificate in PEM form; "kubeslice join" sets it',
          },
        ),
      )
      .describe('Certificate (PEM) of the cluster’s own authority. Set once, by the cluster that joins under this name.'),
    nodeIPs: z.array(ipField()).max(64).optional().describe('Addresses at which nodes of the cluster are reached, if not detected.'),
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
  .describe('What is asked of or reported about the cluster.');

/** Schema of `Cluster.status`. */
export const clusterStatus = z
  .object({
    conditions: conditionsSchema,
    registrationStatus: z
      .enum(['Pending', 'InProgress', 'Failed', 'Registered', 'DeregisterInProgress', 'DeregisterFailed', 'Deregistered'])
      .optional()
      .describe('State of the registration in one word.'),
    caFingerprint: z
      .string()
      .max(128)
      .optional()
      .describe('SHA-256 of the cluster’s authority certificate; compare it with what `kubeslice join` printed.'),
    clusterHealth: z
      .object({
        clusterHealthStatus: z.enum(['Normal', 'Warning']).optional().describe('Health in one word.'),
        lastUpdated: timeField().optional().describe('When the health was last seen to change.'),
      })
      .optional()
      .describe('Health of the cluster.'),
    nodeIPs: z.array(ipField()).max(maxNodeAddresses).optional().describe('Addresses of the nodes, as detected; of more, the first.'),
    cniSubnet: z
      .array(cidrField())
      .max(maxPodNetworks)
      .optional()
      .describe('Networks of the cluster’s pods, as detected; of more, the first.'),
    serviceSubnet: z
      .array(cidrField())
      .max(maxServiceNetworks)
      .optional()
      .describe('Networks of the cluster’s service addresses, as detected.'),
    clusterDns: z
      .object({
        answers: z.boolean().describe('Whether cluster DNS answers for the zone of the slices.'),
        reason: z.enum(dnsFindings).describe('Why, as one word.'),
        message: z.string().max(1024).describe('Why, in a sentence.'),
      })
      .optional()
      .describe('What the worker got when it asked for a name as pods do.'),
    networkPresent: z.boolean().optional().describe('Whether the node agents run.'),
    nodes: z.int().min(0).optional().describe('Nodes of the cluster.'),
    strayExports: z
      .array(
        z.object({
          namespace: dnsLabel().describe('Namespace of the ServiceExport.'),
          name: dnsLabel().describe('Name of the ServiceExport.'),
          slice: dnsLabel().describe('The slice that it names.'),
          reason: z.string().max(64).describe('Why it is not offered, as one word from the catalogue of reasons.'),
          message: z.string().max(512).describe('Why it is not offered, in a sentence.'),
          since: timeField().optional().describe('Since when, by the clock of the cluster.'),
        }),
      )
      .max(maxStrayExports)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('ServiceExports that name a slice which the cluster is not in; of more, the first.'),
    version: z.string().max(256).optional().describe('Version of KubeSlice in the cluster.'),
    kubernetesVersion: z.string().max(256).optional().describe('Version of Kubernetes in the cluster.'),
  })
  .describe('What is known about the cluster.');
