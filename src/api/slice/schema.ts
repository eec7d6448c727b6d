import * as z from 'zod';
import { askedDrivers } from '../../values/tunnel-driver.ts';
import { accessActions } from '../accesspolicy/schema.ts';
import { conditionsSchema } from '../conditions.ts';
import { cidrField, dnsLabel, mapBy, setOf, validations } from '../fields.ts';
import { sliceAccess, statementExpiries } from '../membership/schema.ts';
import { hubNamespace, memberNamespace } from '../places.ts';
import { maxRetiredBlocks } from './type.ts';

/** This host, loopback, link-local, multicast and reserved (RFC 6890): packets to these never reach a tunnel. */
const unusable = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'] as const;
const meets = (range: string): string => `cidr('${range}').containsIP(cidr(self).ip()) || cidr(self).containsIP(cidr('${range}').ip())`;

const subnet = cidrField()
  .describe('Private IPv4 network of the slice, /8 to /28; every pod of the slice gets an address from it. It cannot be changed later.')
  .meta(
    validations(
      {
        rule: 'isCIDR(self) && cidr(self).ip().family() == 4',
        messageExpression: "'sliceSubnet \"' + self + '\" is not an IPv4 network in CIDR notation; write one such as 10.0.0.0/16'",
      },
      {
        rule: '!isCIDR(self) || cidr(self) == cidr(self).masked()',
        messageExpression:
          "'sliceSubnet \"' + self + '\" has host bits set; write the network address, in which all bits after the prefix length are zero, such as 10.0.0.0/16'",
      },
      {
        rule: '!isCIDR(self) || cidr(self).ip().family() != 4 || (cidr(self).prefixLength() >= 8 && cidr(self).prefixLength() <= 28)',
        messageExpression:
          "'sliceSubnet \"' + self + '\" must have a prefix length from /8 to /28, so that clusters and nodes fit; write one such as 10.0.0.0/16'",
      },
      {
        rule: `!isCIDR(self) || cidr(self).ip().family() != 4 || cidr(self).prefixLength() < 8 || !(${unusable.map(meets).join(' || ')})`,
        messageExpression: `'sliceSubnet "' + self + '" overlaps with addresses that no network can use (${unusable.join(', ')}); write a private one such as 10.0.0.0/16'`,
      },
      {
        rule: 'self == oldSelf',
        messageExpression:
          "'sliceSubnet cannot be updated from ' + oldSelf + ' to ' + self + ', because addresses are in use; create another slice'",
      },
    ),
  );

/** Pods in these namespaces serve the whole cluster and must not depend on one slice. */
const systemNamespaces = ['kube-system', memberNamespace, hubNamespace];
const celList = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`;
/**
 * CEL: the member namespaces of an existing namespaceIsolationProfile; the same rule as `memberNamespaces`. It uses no optional values, because the
 * API server cannot bound the cost of a rule with them.
 */
export const chosenNamespaces = (profile: string): string =>
  `(has(${profile}.applicationNamespaces) && size(${profile}.applicationNamespaces) > 0 ? ${profile}.applicationNamespaces : (has(${profile}.allowedNamespaces) ? ${profile}.allowedNamespaces : []))`;
const chosen = chosenNamespaces('self');

const namespaces = (text: string) => z.array(dnsLabel()).max(512).optional().meta(setOf).describe(text);

/** Schema of `Slice.spec`. */
export const sliceSpec = z
  .object({
    sliceSubnet: subnet,
    clusters: z
      .array(dnsLabel())
      .max(1024)
      .optional()
      .meta(setOf)
      .describe('Names of the member clusters. Absent or empty: every registered cluster of the project, including those that join later.'),
    namespaceIsolationProfile: z
      .object({
        isolationEnabled: z.boolean().optional().describe('Reserved for network isolation of the member namespaces.'),
        applicationNamespaces: namespaces('Namespaces whose pods are members of the slice, in every cluster of it.'),
        allowedNamespaces: namespaces(
          'Without applicationNamespaces: the namespaces whose pods are members of the slice. With it: namespaces that may talk to the members.',
        ),
      })
      .meta(
        validations({
          rule: `!${chosen}.exists(n, n in ${celList(systemNamespaces)})`,
          messageExpression: `'the namespace "' + ${chosen}.filter(n, n in ${celList(systemNamespaces)})[0] + '" cannot be a member of a slice, because it holds parts of the cluster itself; name the namespaces of your applications'`,
        }),
      )
      .optional()
      .describe('The namespaces of the slice.'),
    tunnel: z
      .object({
        driver: z
          .enum(askedDrivers)
          .default('Auto')
          .describe('How traffic between nodes is encrypted. Auto takes the best driver that both nodes of a pair have.'),
      })
      .optional()
      .describe('The tunnels between the nodes of the slice.'),
    access: z
      .object({
        default: z
          .enum(accessActions)
          .default('Allow')
          .describe('What holds for pods that no policy of the slice selects. Deny: nobody may call them.'),
        policies: sliceAccess.shape.policies.describe(
          'In member clusters: the policies of the slice, from the hub. On the hub it has no effect; create AccessPolicy objects.',
        ),
      })
      .optional()
      .describe(
        'Who may call whom. With it, the identities of pods (namespace, service account, labels that policies name) travel to the other members.',
      ),
    statements: z
      .object({
        expiry: z
          .enum(statementExpiries)
          .default('Availability')
          .describe(
            'What happens when the hub is unreachable for longer than statements hold (7 days). Availability: expired statements stay in force. Strict: they end.',
          ),
      })
      .optional()
      .describe('How long published statements stay in force.'),
  })
  .describe('The desired state of the slice.');

/** Schema of `Slice.status`. */
export const sliceStatus = z
  .object({
    conditions: conditionsSchema,
    observedGeneration: z.int().optional().describe('Generation of the spec that this status describes.'),
    exchangeNamespace: z.string().optional().describe('Namespace on the hub in which the clusters of this slice publish notices.'),
    namespaces: z.array(z.string()).optional().describe('Member namespaces, resolved from the spec.'),
    readyClusters: z.string().optional().describe('Ready clusters, out of all, for people.'),
    clusters: z
      .array(
        z.object({
          name: z.string().describe('Name of the cluster.'),
          blocks: z.array(cidrField()).describe('Address blocks of the cluster; more are added when it grows, and a block never changes.'),
          nodes: z.int().optional().describe('Nodes of the cluster that have a tunnel in this slice.'),
          ready: z
            .boolean()
            .optional()
            .describe('Whether the cluster has nodes with a tunnel and reaches every other cluster of the slice.'),
          message: z.string().optional().describe('What is missing, if anything.'),
          inUse: z.boolean().optional().describe('Whether a pod of the cluster is attached to the slice.'),
        }),
      )
      .optional()
      .meta(mapBy('name'))
      .describe('The member clusters with their address blocks.'),
    retiredBlocks: z
      .array(
        z.object({
          owner: z.string().describe('Cluster (on the hub) or node (in a member cluster) that had the block.'),
          block: cidrField().describe('The block.'),
        }),
      )
      .max(maxRetiredBlocks)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe(
        'Address blocks of clusters or nodes that left, the earliest first. A returning owner gets its blocks back; others get them only when no other block is free.',
      ),
    sliceConfig: z
      .object({
        sliceId: z.string().describe('Name of the slice.'),
        sliceDisplayName: z.string().describe('Name of the slice for people.'),
        sliceType: z.string().describe('Kind of slice; always Application.'),
        sliceSubnet: z.string().optional().describe('Network of the slice.'),
        clusterSubnetCIDR: z.string().optional().describe('First address block of this cluster.'),
        sliceIpam: z
          .object({ sliceIpamType: z.string().describe('Type of address management; always Local.') })
          .describe('Address management of the slice.'),
      })
      .optional()
      .describe('In member clusters: the state of the slice in this cluster, in the form that existing tools read.'),
  })
  .describe('The observed state of the slice.');
