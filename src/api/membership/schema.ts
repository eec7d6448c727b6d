import * as z from 'zod';
import { askedDrivers } from '../../values/tunnel-driver.ts';
import { cidrField, dnsLabel } from '../fields.ts';

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
    blocks: z.array(cidrField()).max(256).describe('Address blocks of the cluster.'),
    driver: z.enum(askedDrivers).describe('Tunnel driver that the slice asks for.'),
  })
  .describe('What the controller grants the cluster in the slice.');

/** Schema of `Membership.status`. */
export const membershipStatus = z
  .object({
    wantedAddresses: z.int().optional().describe('Addresses that the cluster needs in all; the controller adds blocks until they fit.'),
  })
  .describe('What the cluster asks for.');
