import * as z from 'zod';

/**
 * The facts of a node for a diagnosis, without a judgement. The agent's image prints them as JSON; readers parse them with these schemas, because a
 * node may be broken or compromised.
 */

const text = z.string().max(4096);
const count = z.number().min(0);

/** A network interface of the node, or of a slice's namespace. */
export const linkFacts = z.object({ name: text, mtu: count, up: z.boolean(), addresses: z.array(text).max(256) });

/** A file system that the node needs. */
export const diskFacts = z.object({
  path: text,
  totalBytes: count,
  freeBytes: count,
  /** Why nothing can be written there; absent when a trial worked. */
  refused: text.optional(),
});

/** The configuration of the container network, by the rule of the node's container runtime. */
export const cniFacts = z.object({
  files: z.array(text).max(256),
  /** The active file: the first by name. */
  active: text.optional(),
  /** Whether it can contain a chain of plugins. */
  isList: z.boolean(),
  /** Whether it contains our plugin. */
  chained: z.boolean(),
  /** Whether our plugin is installed on the node. */
  plugin: z.boolean(),
});

/** A rule of the node's firewall that drops packets of tunnels. */
export const dropRule = z.object({ family: text, table: text, chain: text, handle: count, text });

/** A peer of the tunnel. */
export const peerFacts = z.object({
  /** `cluster/node` when the node knows the owner of the key. */
  name: text.optional(),
  publicKey: text,
  endpoint: text.optional(),
  allowedIPs: z.array(text).max(256),
  /** Seconds since the last handshake; absent when there was none. */
  handshakeAge: count.optional(),
  receivedBytes: count,
  sentBytes: count,
});

/** A pod of the node that should be, or is, in a slice. */
export const podFacts = z.object({
  uid: text,
  namespace: text,
  name: text,
  address: text,
  /** Whether its network namespace was found. */
  running: z.boolean(),
  /** Its interface in the slice, with its addresses. */
  interface: linkFacts.optional(),
  /** Whether its route into the slice exists. */
  routed: z.boolean(),
  /** Packets from the pod, and packets into it. */
  sentPackets: count,
  receivedPackets: count,
});

/** A slice on the node. */
export const sliceFacts = z.object({
  name: text,
  subnet: text,
  /** Whether its network namespace exists. */
  present: z.boolean(),
  tunnel: linkFacts.optional(),
  router: text.optional(),
  routes: z.array(text).max(65_536),
  /** Kernel settings that are wrong, as `name=wanted`. */
  wrongSettings: z.array(text).max(64),
  publicKey: text.optional(),
  listenPort: count.optional(),
  peers: z.array(peerFacts).max(65_536),
  pods: z.array(podFacts).max(4096),
});

/** All facts of a node. */
export const nodeFactsSchema = z.object({
  version: z.literal(1),
  node: text,
  /** Milliseconds since 1970 by the node's clock. */
  now: z.number(),
  kernel: text,
  drivers: z.array(z.object({ driver: text, usable: z.boolean(), reason: text })).max(8),
  links: z.array(linkFacts).max(4096),
  disks: z.array(diskFacts).max(16),
  cni: cniFacts,
  /** Tunnel ports that other programs use. */
  busyPorts: z.array(count).max(256),
  dropRules: z.array(dropRule).max(256),
  /** Why the agent of the node is not ready; absent when it is. */
  agentTrouble: text.optional(),
  slices: z.array(sliceFacts).max(1024),
});

/** All facts of a node. */
export type NodeFacts = z.output<typeof nodeFactsSchema>;
/** A slice on a node. */
export type SliceOnNode = z.output<typeof sliceFacts>;
/** A pod of a slice on its node. */
export type PodOnNode = z.output<typeof podFacts>;
/** The configuration of the container network. */
export type CniFacts = z.output<typeof cniFacts>;
/** A rule of the node's firewall that drops packets of tunnels. */
export type DropRule = z.output<typeof dropRule>;
