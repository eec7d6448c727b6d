import { setCondition, type Verdict } from '../../api/condition.ts';
import { sliceKind } from '../../api/kinds.ts';
import type { Slice } from '../../api/slice/type.ts';
import type { Clock } from '../../values/clock.ts';
import type { LocalWorld } from './local-world.ts';

/**
 * Makes one condition of the local slice say that; no write when it does already. True when it was news.
 *
 * Conditions are one list with several writers, each of which writes it whole from what it has seen: whoever writes one must look again when the
 * slice changes, in case another wrote from an older picture.
 */
export const writeCondition = async (
  { client }: LocalWorld,
  slice: Slice,
  verdict: Verdict,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> => {
  const before = slice.status?.conditions;
  const conditions = setCondition(before, verdict, slice.metadata.generation, new Date(clock.now()));
  if (conditions === before) return false;
  await client.mergePatch(sliceKind, slice.metadata, { status: { conditions } }, { signal, subresource: 'status' });
  return true;
};
