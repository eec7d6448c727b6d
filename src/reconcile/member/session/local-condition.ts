import { type Condition, setCondition, type Verdict } from '../../../api/condition.ts';
import { sliceKind } from '../../../api/kinds.ts';
import type { Slice } from '../../../api/slice/type.ts';
import type { Clock } from '../../../values/clock.ts';
import type { LocalWorld } from '../cluster/local-world.ts';

/**
 * Writes conditions of the local slice; no write when nothing changes. Resolves to whether it wrote.
 *
 * Conditions are one list with several writers, each of which writes the whole list from its own copy. A writer must check again when the slice
 * changes, because another may have written from an older copy.
 */
export const writeConditions = async (
  { client }: LocalWorld,
  slice: Slice,
  verdicts: readonly Verdict[],
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> => {
  const before = slice.status?.conditions;
  const at = new Date(clock.now());
  const conditions = verdicts.reduce<readonly Condition[] | undefined>(
    (list, verdict) => setCondition(list, verdict, slice.metadata.generation, at),
    before,
  );
  if (conditions === before) return false;
  await client.mergePatch(sliceKind, slice.metadata, { status: { conditions } }, { signal, subresource: 'status' });
  return true;
};

/** Writes one condition, as {@link writeConditions}. */
export const writeCondition = (local: LocalWorld, slice: Slice, verdict: Verdict, clock: Clock, signal: AbortSignal): Promise<boolean> =>
  writeConditions(local, slice, [verdict], clock, signal);
