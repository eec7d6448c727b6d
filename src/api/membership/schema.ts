import * as z from 'zod';
import { askedDrivers } from '../../values/tunnel-driver.ts';
import { accessActions, accessRuleFields } from '../accesspolicy/schema.ts';
import { budgets } from '../budgets.ts';
import { cidrField, dnsLabel, timeField } from '../fields.ts';

/** What may happen to statements that expire while the hub is unreachable. */
export const statementExpiries = ['Availability', 'Strict'] as const;

/** Maximum number of policies of a slice. */
export const maxSlicePolicies = 128;

/** Schema of the policies of a slice as members get them. */
export const sliceAccess = z
  .object({
    default: z.enum(accessActions).describe('What holds for pods that no policy of the slice selects.'),
    policies: z
      .array(
        z.object({ name: dnsLabel().describe('Name of the policy on the hub.'), ...accessRuleFields }).describe('One policy of the slice.'),
      )
      .max(maxSlicePolicies)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('The policies of the slice.'),
  })
  .describe('Who may call whom in the slice.');

/** Schema of `Membership.spec`. */
export const membershipSpec = z
  .object({
    project: dnsLabel().describe('Project of the slice.'),
    slice: dnsLabel().describe('Name of the slice.'),
    sliceUID: z.string().max(64).describe('UID of the slice.'),
    cluster: dnsLabel().describe('The member cluster.'),
    exchangeNamespace: dnsLabel().describe('Namespace on the hub in which the members publish notices.'),
    sliceSubnet: cidrField().describe('Network of the slice.'),
    namespaces: z.array(dnsLabel()).max(512).describe('Member namespaces.'),
    blocks: z.array(cidrField()).max(budgets.blocks).describe('Address blocks of the cluster.'),
    driver: z.enum(askedDrivers).describe('Tunnel driver that the slice requests.'),
    expiry: z
      .enum(statementExpiries)
      .optional()
      .describe('What happens to statements that expire while the hub is unreachable. Default: Availability.'),
    access: sliceAccess.optional().describe('Who may call whom in the slice. Absent: everybody.'),
    ended: timeField()
      .optional()
      .describe(
        'When the membership ended: the cluster left the slice or the project, or the slice was deleted. The object stays for 7 days, so that every member receives it; only this field ends a membership, never the absence of the object.',
      ),
  })
  .describe('The grant of the controller to the cluster in the slice.');

/** Schema of `Membership.status`. */
export const membershipStatus = z
  .object({
    wantedAddresses: z
      .int()
      .min(0)
      .max(2 ** 24)
      .optional()
      .describe(
        'Number of addresses that the cluster needs; the controller adds blocks until they suffice, up to what the nodes of the cluster can use and up to a fair share of the subnet.',
      ),
    releasedBlocks: z
      .array(cidrField())
      .max(budgets.blocks)
      .optional()
      .describe(
        'Blocks of spec.blocks that the cluster does not use and returns; the controller takes them back. To use one after all, the cluster first removes it from this list, with the resourceVersion of an object that still grants the block.',
      ),
  })
  .describe('What the cluster requests and returns.');
