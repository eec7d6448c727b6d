import * as z from 'zod';
import { askedDrivers } from '../../values/tunnel-driver.ts';
import { budgets } from '../budgets.ts';
import { cidrField, dnsLabel, timeField } from '../fields.ts';

/** What may happen to statements that expire while the hub is away. */
export const statementExpiries = ['Availability', 'Strict'] as const;

/** Schema of `Membership.spec`. */
export const membershipSpec = z
  .object({
    project: dnsLabel().describe('Project of the slice.'),
    slice: dnsLabel().describe('Name of the slice.'),
    sliceUID: z.string().max(64).describe('UID of the slice.'),
    cluster: dnsLabel().describe('The member cluster.'),
    exchangeNamespace: dnsLabel().describe('Namespace on the hub in which the members publish to one another.'),
    sliceSubnet: cidrField().describe('Network of the slice.'),
    namespaces: z.array(dnsLabel()).max(512).describe('Member namespaces.'),
    blocks: z.array(cidrField()).max(budgets.blocks).describe('Address blocks of the cluster.'),
    driver: z.enum(askedDrivers).describe('Tunnel driver that the slice asks for.'),
    expiry: z
      .enum(statementExpiries)
      .optional()
      .describe('What happens to statements that expire while the hub is away. Left out: Availability.'),
    ended: timeField()
      .optional()
      .describe(
        'When the membership ended: the cluster left the slice or the project, or the slice was deleted. The object stays for 7 days, so that every member learns of it; only this field ends a membership, never the absence of the object.',
      ),
  })
  .describe('What the controller grants the cluster in the slice.');

/** Schema of `Membership.status`. */
export const membershipStatus = z
  .object({
    wantedAddresses: z
      .int()
      .min(0)
      .max(2 ** 24)
      .optional()
      .describe(
        'Addresses that the cluster needs in all; the controller adds blocks until they fit, up to what the nodes of the cluster can use and to a fair share of the subnet.',
      ),
    releasedBlocks: z
      .array(cidrField())
      .max(budgets.blocks)
      .optional()
      .describe(
        'Blocks of spec.blocks that the cluster does not use and gives back; the controller takes them. To use one after all, the cluster takes it off this list first, with the resourceVersion of the object in which the block is still its own.',
      ),
  })
  .describe('What the cluster asks for, and gives back.');
