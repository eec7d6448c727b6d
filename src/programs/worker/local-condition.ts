import { type Condition, setCondition, type Verdict } from '../../api/condition.ts';
import { sliceKind } from '../../api/kinds.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { Clock } from '../../values/clock.ts';
import type { LocalWorld } from './local-world.ts';

/**
 * Makes conditions of the local slice say that; no write when they do already. True when it was news.
 *
 * Conditions are one list with several writers, each of which writes it whole from what it has seen: whoever writes one must look again when the
 * slice changes, in case another wrote from an older picture.
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

/** The same of one condition. */
export const writeCondition = (local: LocalWorld, slice: Slice, verdict: Verdict, clock: Clock, signal: AbortSignal): Promise<boolean> =>
  writeConditions(local, slice, [verdict], clock, signal);
