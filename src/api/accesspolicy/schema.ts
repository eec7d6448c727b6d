import * as z from 'zod';
import { conditionsSchema } from '../conditions.ts';
import { dnsLabel, dnsSubdomain, setOf, validations } from '../fields.ts';
import { labelSelector } from '../serviceexport/schema.ts';

const names = (text: string) => z.array(dnsLabel()).min(1).max(64).optional().meta(setOf).describe(text);

const podSelector = labelSelector.optional().describe('Labels of the pods. Absent or empty: every pod.');

/** Schema of the pods that a policy lets call. */
export const accessPeer = z
  .object({
    clusters: names('Clusters of the calling pods. Absent: every cluster.'),
    namespaces: names('Namespaces of the calling pods. Absent: every namespace of the slice.'),
    serviceAccounts: z
      .array(dnsSubdomain())
      .min(1)
      .max(64)
      .optional()
      .meta(setOf)
      .describe('Service accounts of the calling pods, in the namespaces above. Absent: every account.'),
    podSelector,
  })
  .meta(
    validations({
      rule: '!has(self.serviceAccounts) || has(self.namespaces)',
      message: 'serviceAccounts needs namespaces, because another namespace may have an account of the same name; name the namespaces, too',
    }),
  )
  .describe('Calling pods; all properties must hold.');

/** Schema of one port or range of ports. */
export const accessPort = z
  .object({
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional().describe('Protocol. Default: TCP.'),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe('The port on which the called pods listen, whatever port of a service leads to it. Absent: every port of the protocol.'),
    endPort: z.int().min(1).max(65535).optional().describe('The last port of a range that begins with port.'),
  })
  .meta(
    validations({
      rule: '!has(self.endPort) || (has(self.port) && self.endPort >= self.port)',
      message: 'endPort needs port, and must not be lower',
    }),
  )
  .describe('Ports of the called pods.');

/** Actions of a policy, and what a slice does by default. */
export const accessActions = ['Allow', 'Deny'] as const;

/** The fields that decide about flows, as a member gets them from the hub too. */
export const accessRuleFields = {
  action: z
    .enum(accessActions)
    .optional()
    .describe(
      'Allow: the called pods are closed to everybody whom no policy allows. Deny: the calling pods may not, whatever another policy allows. Default: Allow.',
    ),
  to: z
    .object({
      clusters: names('On the hub: clusters of the called pods. Absent: every cluster.'),
      namespaces: names('On the hub: namespaces of the called pods. In a member, a policy concerns its own namespace only.'),
      podSelector,
    })
    .optional()
    .describe('The called pods. Absent: every pod of the slice or, in a member, of the namespace.'),
  from: z
    .array(accessPeer)
    .min(1)
    .max(32)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('The calling pods, of which one entry must match. Absent: everybody.'),
  ports: z
    .array(accessPort)
    .min(1)
    .max(32)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Ports on which the called pods listen. Absent: every port of every protocol.'),
};

/** Schema of `AccessPolicy.spec`. */
export const accessPolicySpec = z
  .object({
    slice: dnsLabel().describe('Slice in which the policy holds.'),
    ...accessRuleFields,
    dryRun: z.boolean().optional().describe('True: the policy is judged and reported, and changes no traffic.'),
  })
  .describe('Who may call whom in a slice.');

/** Schema of `AccessPolicy.status`. */
export const accessPolicyStatus = z
  .object({
    conditions: conditionsSchema,
    observedGeneration: z.int().optional().describe('Generation of the spec that this status describes.'),
  })
  .describe('The observed state of the policy.');
