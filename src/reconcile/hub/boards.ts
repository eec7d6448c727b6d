import type { Slice } from '../../api/slice/type.ts';
import { applyObject } from '../../kubernetes/apply.ts';
import { namespaceKind, roleBindingKind, roleKind } from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import { type Exchange, readersBinding } from '../../plan/membership/exchange.ts';
import type { Clock } from '../../values/clock.ts';
import { fieldManager, type World } from './world.ts';

/** Boards and the rights to them are not watched; deleted objects are created again within this time, in milliseconds. */
export const boardRepairMs = 600_000;

/** A board without any report may have been deleted as a whole, and is repaired this often, in milliseconds. */
const emptyRepairMs = 5_000;

/** The inputs of a board's repair. */
interface BoardState {
  /** A cluster must get or lose rights. */
  readonly changed: boolean;
  /** The board has no report of any cluster. */
  readonly empty: boolean;
}

/** The boards of the slices. */
export interface Boards {
  /**
   * Creates or repairs the board of a slice and the rights to it; without a change, only when the last repair was long ago. Resolves to the
   * milliseconds after which to try again when the board has no report and it was too early to repair it.
   */
  keep(slice: Slice, exchange: Exchange, state: BoardState, signal: AbortSignal): Promise<number | undefined>;
  /** The slice was deleted. */
  forget(slice: Slice): void;
}

/** Boards of unknown state. */
export const createBoards = (world: World, clock: Pick<Clock, 'monotonic'>): Boards => {
  /** When each was last repaired, by the monotonic clock, and for which readers, by slice UID; unknown for boards that another controller created. */
  const made = new Map<string, { readonly at: number; readonly readers: string }>();
  return {
    keep: async (slice, { namespace, role, binding, readers }, { changed, empty }, signal) => {
      const { uid = '' } = slice.metadata;
      const before = made.get(uid);
      const names = (readers?.binding.subjects ?? []).map(({ name }) => name).join();
      // Half of it, because a resync may be a little early.
      const dueMs = (before?.at ?? -Infinity) + (empty ? emptyRepairMs : boardRepairMs / 2) - clock.monotonic();
      const isMade = slice.status?.exchangeNamespace !== undefined;
      if (isMade && !changed && before?.readers === names && dueMs > 0) return empty ? dueMs : undefined;
      const apply = { fieldManager, signal };
      await applyObject(world.client, namespaceKind, namespace, apply);
      await applyObject(world.client, roleKind, role, apply);
      await applyObject(world.client, roleBindingKind, binding, apply);
      if (readers !== undefined) {
        await applyObject(world.client, roleKind, readers.role, apply);
        await applyObject(world.client, roleBindingKind, readers.binding, apply);
      } else if (isMade && before?.readers !== '') {
        await remove(world.client, roleBindingKind, { namespace: namespace.metadata.name, name: readersBinding }, signal);
      }
      made.set(uid, { at: clock.monotonic(), readers: names });
      return undefined;
    },
    forget: ({ metadata }) => void made.delete(metadata.uid ?? ''),
  };
};
