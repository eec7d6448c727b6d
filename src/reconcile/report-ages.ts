import type { SliceNode } from '../api/slicenode/type.ts';
import type { Change, Mirror } from '../kubernetes/mirror.ts';
import { isFresh, type ReportAge, readReport } from '../plan/names/report-age.ts';
import type { Clock } from '../values/clock.ts';

/** The state of one node's reports. */
interface Known {
  /** The latest confirmation in any of its objects. */
  age: ReportAge | undefined;
  fresh: boolean;
  /** By observed slice. */
  readonly slices: Map<string, ReportAge | undefined>;
}

/** How often reports are checked for their age. */
const ageEveryMs = 5_000;

/** Which agents of this cluster confirm their reports. A node confirms them in one of its objects only, so a change of any of them confirms all. */
export class ReportAges {
  readonly #clock: Clock;
  readonly #nodes = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the agent of a node confirmed its reports recently. */
  isFresh(node: string): boolean {
    return this.#nodes.get(node)?.fresh ?? false;
  }

  /** Whether a node has reported before, and no longer does. */
  isSilent(node: string): boolean {
    const known = this.#nodes.get(node);
    return known?.age !== undefined && !known.fresh;
  }

  /** The slices that a node observes. */
  slicesOf(node: string): Iterable<string> {
    return this.#nodes.get(node)?.slices.keys() ?? [];
  }

  /** Processes a change of an object; true when it made the node's reports fresh or old. */
  read(change: Change<SliceNode>): boolean {
    const { spec, status } = change.object;
    const known: Known = this.#nodes.get(spec.node) ?? { age: undefined, fresh: false, slices: new Map() };
    if (change.type === 'deleted') {
      known.slices.delete(spec.slice);
      if (known.slices.size === 0) this.#nodes.delete(spec.node);
      return false;
    }
    this.#nodes.set(spec.node, known);
    const before = known.slices.get(spec.slice);
    const age = readReport(before, status?.links?.observedAt, change.initial, this.#clock.monotonic());
    known.slices.set(spec.slice, age);
    if (age !== before && age !== undefined && age.freshUntil > (known.age?.freshUntil ?? Number.NEGATIVE_INFINITY)) known.age = age;
    return this.#weigh(known);
  }

  /** The nodes whose reports have become old since the last check. */
  expired(): string[] {
    return [...this.#nodes].flatMap(([node, known]) => (this.#weigh(known) ? [node] : []));
  }

  #weigh(known: Known): boolean {
    const fresh = isFresh(known.age, this.#clock.monotonic());
    if (fresh === known.fresh) return false;
    known.fresh = fresh;
    return true;
  }
}

/**
 * Follows the reports of this cluster's agents: calls `receive` with every change, and with the nodes that became fresh or old by it or by time. The
 * returned function ends it.
 */
export const followReportAges = (
  reports: Pick<Mirror<SliceNode>, 'subscribe'>,
  ages: ReportAges,
  clock: Clock,
  receive: (turned: readonly string[], change: Change<SliceNode> | undefined) => void,
): (() => void) => {
  const stop = reports.subscribe((change) => receive(ages.read(change) ? [change.object.spec.node] : [], change));
  let cancel: () => void = () => undefined;
  const check = (): void => {
    const expired = ages.expired();
    if (expired.length > 0) receive(expired, undefined);
    cancel = clock.after(ageEveryMs, check);
  };
  cancel = clock.after(ageEveryMs, check);
  return () => {
    stop();
    cancel();
  };
};
