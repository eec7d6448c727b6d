import * as z from 'zod';
import { type AccessIdentity, accessProtocols, accessScopes, type SliceAccess } from '../policy/access.ts';

/**
 * The flows of a node for people, without a judgement: what its policies denied lately, or what passes while it listens, with what the node knows of both
 * ends and its policies. The agent's image prints them as JSON; readers parse them with these schemas, because a node may be broken or compromised.
 */

const text = z.string().max(4096);
const count = z.number().min(0);
const names = z.array(text).max(1024);
const labels = z.record(text, text);

/** The longest time for which a node listens, in milliseconds. */
export const maxWatchMs = 600_000;

/** What is asked of a node. */
export const flowsQuestionSchema = z.object({
  /** One slice; absent: all of the node. */
  slice: text.optional(),
  /** Listen for so many milliseconds; absent: what was denied lately is all that is asked for. */
  watchMs: z.int().min(1).max(maxWatchMs).optional(),
});
/** What is asked of a node. */
export type FlowsQuestion = z.output<typeof flowsQuestionSchema>;

/** A question about flows, as it travels. */
export const aboutFlows = z.object({ flows: flowsQuestionSchema });

const countedFlow = z.object({
  source: text,
  destination: text,
  protocol: z.enum([...accessProtocols, 'Other']),
  port: z.int().min(0).max(65_535),
  packets: count,
  age: count,
});
const flows = z.array(countedFlow).max(65_536);

/** What a node knows of an address of a flow. */
const flowEnd = z.object({
  address: text,
  /** The cluster in whose blocks it is; absent for an address in no block, and on nodes that do not know the name of their own cluster. */
  cluster: text.optional(),
  /** Whether it is in a block of this node. */
  isOwn: z.boolean(),
  /** The name of a pod of this node. */
  pod: text.optional(),
  // Fields that are absent in JSON stay absent.
  identity: z
    .object({ namespace: text, serviceAccount: text, labels, labelKeys: names.optional() })
    .transform((identity) => identity as AccessIdentity)
    .optional(),
});
/** What a node knows of an address of a flow. */
export type FlowEnd = z.output<typeof flowEnd>;

const requirement = z.object({ key: text, operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: names.optional() });
const selector = z.object({
  clusters: names.optional(),
  namespaces: names.optional(),
  serviceAccounts: names.optional(),
  podSelector: z.object({ matchLabels: labels.optional(), matchExpressions: z.array(requirement).max(1024).optional() }).optional(),
});
const ports = z.object({ protocol: z.enum(accessProtocols), port: z.int().optional(), endPort: z.int().optional() });

const policy = z.object({
  name: text,
  scope: z.enum(accessScopes),
  action: z.enum(['Allow', 'Deny']),
  to: selector,
  from: z.array(selector).max(1024).optional(),
  ports: z.array(ports).max(1024).optional(),
});
const access = z
  .object({ default: z.enum(['Allow', 'Deny']), cluster: text, policies: z.array(policy).max(65_536) })
  .transform((of) => of as SliceAccess);

/** The flows of a slice on a node. */
const sliceFlows = z.object({
  slice: text,
  /** The policies that the node enforces; absent without any. */
  access: access.optional(),
  ends: z.array(flowEnd).max(131_072),
  /** Absent without policies. */
  denied: z
    .object({ flows, strays: flows, crowded: z.array(z.object({ source: text, packets: count, age: count })).max(65_536) })
    .optional(),
  /** Absent when the node did not listen. */
  seen: z.object({ flows, missed: count }).optional(),
  /** Why the node could not listen. */
  trouble: text.optional(),
});
/** The flows of a slice on a node. */
export type SliceFlows = z.output<typeof sliceFlows>;

/** All flows of a node that were asked for. */
export const nodeFlowsSchema = z.object({
  version: z.literal(1),
  node: text,
  /** Milliseconds since 1970 by the node's clock, when the flows were read. */
  now: z.number(),
  slices: z.array(sliceFlows).max(1024),
});
/** All flows of a node that were asked for. */
export type NodeFlows = z.output<typeof nodeFlowsSchema>;
