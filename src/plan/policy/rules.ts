import type { ClassNumber } from '../../values/address/access-class.ts';
import type { AccessProtocol } from './access.ts';

/**
 * Who may call some pods: the verdict for a source, and where it differs for a protocol, and where it differs again for a port or range of one. The most
 * specific one counts.
 */
export interface AccessVerdict {
  /** A class of calling pods, a cluster, or `anySource`: of those that have verdicts for the called class, the first counts. */
  readonly source: ClassNumber;
  /** Class of the called pods. */
  readonly called: ClassNumber;
  readonly protocol?: AccessProtocol;
  /** First and last port of the called pods. */
  readonly ports?: readonly [first: number, last: number];
  readonly allowed: boolean;
}

/**
 * What a node enforces in a slice: the compiled form of policies and identities. Pods that no policy distinguishes are one class. A class keeps its number
 * while the policies that concern it stay, so that a changed policy changes a few verdicts, and a pod that starts or ends only its own entry.
 */
export interface AccessRules {
  /** Class by address of a pod, where it differs from that of its block. */
  readonly pods: ReadonlyMap<string, ClassNumber>;
  /** Class of the other addresses of a block, by block. */
  readonly blocks: ReadonlyMap<string, ClassNumber>;
  /** Number of its cluster, by block. */
  readonly clusters: ReadonlyMap<string, ClassNumber>;
  readonly verdicts: readonly AccessVerdict[];
  /** Whether a flow without any verdict is allowed. */
  readonly otherwise: boolean;
}
