import { maxNotices, maxStatementBytes } from './notice/limits.ts';

/**
 * What one member cluster may use of what all share, declared once. Each receiver keeps these limits: of a member that publishes more, it leaves out the
 * rest and names the author. The first two are kept on the hub, too.
 */
export const budgets = {
  /** Notices of a member in a slice. Kept on the hub by the names that admission allows. */
  notices: maxNotices,
  /** Bytes of one statement. Kept on the hub by schema and admission. */
  statementBytes: maxStatementBytes,
  /** Nodes of a member in a slice: as many tunnels at every node of the others. */
  nodes: 1_000,
  /** Exports of a member in a slice. */
  exports: 1_000,
  /** Statements about further endpoints of exports, of a member in a slice. */
  shards: 1_000,
  /**
   * Statements about exports and their further endpoints together, of a member in a slice, those included that were withdrawn and are remembered: its
   * nodes still find places on the board. The author divides them among its namespaces.
   */
  offers: 1_000,
  /** A statement counts once towards the rates for each so many bytes begun: what it costs to take one in grows with its endpoints. */
  rateBytes: 4_096,
  /** Writes of a member on the board of a slice. Its author paces itself, its receivers read no faster than {@link budgets.reads}. */
  writes: { burst: 2_000, perSecond: 20 },
  /** Changed notices of a member that a receiver verifies: twice what an honest author writes. */
  reads: { burst: 4_000, perSecond: 40 },
  /** Requests of one cluster for notices that a node answers in a slice while the hub is away: of the 64 that its relay carries at once, and a second. */
  peerRequests: { atOnce: 16, burst: 100, perSecond: 50 },
  /** From this share of a budget on, a condition says that the end is near. */
  nearShare: 0.8,
  /** Subjects that are remembered of a member for each that may be in force: those that ended are kept until nothing older about them can be shown. */
  endedPerLimit: 8,
  /** Slice addresses that a member is given for each of its nodes at the most: a kubelet runs 110 pods unless told otherwise, and some are told 250. */
  addressesPerNode: 512,
  /** Address blocks of a member in a slice. Kept on the hub by the schema. */
  blocks: 256,
} as const;
