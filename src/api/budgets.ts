import { maxNotices, maxStatementBytes } from './notice/limits.ts';

/**
 * What one member cluster may use of shared resources, declared once. Each receiver enforces these limits: it ignores what exceeds them and names the
 * author. The hub enforces the first two as well.
 */
export const budgets = {
  /** Notices of a member in a slice. The hub enforces it by the names that admission allows. */
  notices: maxNotices,
  /** Bytes of one statement. The hub enforces it by schema and admission. */
  statementBytes: maxStatementBytes,
  /** Nodes of a member in a slice: every node of the others has as many tunnel peers. */
  nodes: 1_000,
  /** Exports of a member in a slice. */
  exports: 1_000,
  /** Statements about more endpoints of exports, of a member in a slice. */
  shards: 1_000,
  /**
   * Statements about exports and their endpoints together, of a member in a slice, including withdrawn ones that are still remembered, so that its
   * nodes still find slots on the board. The author divides them among its namespaces.
   */
  offers: 1_000,
  /** A statement counts once towards the rates for each started block of so many bytes: the cost of reading it grows with its endpoints. */
  rateBytes: 4_096,
  /** Writes of a member on the board of a slice. The author limits its own rate; receivers read no faster than {@link budgets.reads}. */
  writes: { burst: 2_000, perSecond: 5 },
  /** Changed notices of a member that a receiver verifies: twice the rate of an honest author. */
  reads: { burst: 4_000, perSecond: 10 },
  /**
   * Writes of a receiver in its own cluster that follow the changes of one member and that no traffic waits for: the stored copy of a notice, and the
   * status of a ServiceImport. Of each the newest.
   */
  followUps: { burst: 2_000, perSecond: 1 },
  /**
   * Requests of one cluster for notices that a node answers in a slice while the hub is unreachable: of the 64 concurrent ones of its relay, and per
   * second.
   */
  peerRequests: { atOnce: 16, burst: 100, perSecond: 50 },
  /** From this share of a budget on, a condition warns. */
  nearShare: 0.8,
  /**
   * Subjects of a member that are remembered for each one that may be in force: an ended subject is kept until no older statement about it can be
   * accepted.
   */
  endedPerLimit: 8,
  /** Maximum number of slice addresses of a member for each of its nodes: a kubelet runs 110 pods by default, and some are configured for 250. */
  addressesPerNode: 512,
  /** Address blocks of a member in a slice. The hub enforces it by the schema. */
  blocks: 256,
} as const;
