import { maxNotices } from '../../api/notice/type.ts';

/** The slot of a cluster's report. Members do not read reports, so they do not see that the slot is taken. */
export const reportSlot = 0;

/**
 * The slots of a member's notices on a board, by key of the notice. The cost of taking and releasing a slot does not grow with their number.
 * The name of a notice is its slot, not its subject. So names bound the number of notices of a member, and admission can check a name without
 * counting.
 */
export class SlotTable {
  readonly #limit: number;
  readonly #byKey = new Map<string, number>();
  /** How many keys have a slot: two can share one until the board shows which of them is there. */
  readonly #holders = new Map<number, number>();
  /** Released slots; some may be taken again. */
  readonly #released: number[] = [];
  /** {@link take} never returned a slot from here on. */
  #next = reportSlot + 1;

  constructor(limit = maxNotices) {
    this.#limit = limit;
  }

  /** How many keys have a slot. */
  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): number | undefined {
    return this.#byKey.get(key);
  }

  /** Records that the board shows the key in this slot. */
  set(key: string, slot: number): void {
    if (this.#byKey.get(key) === slot) return;
    this.delete(key);
    this.#byKey.set(key, slot);
    this.#holders.set(slot, (this.#holders.get(slot) ?? 0) + 1);
  }

  delete(key: string): void {
    const slot = this.#byKey.get(key);
    if (slot === undefined) return;
    this.#byKey.delete(key);
    const others = (this.#holders.get(slot) ?? 1) - 1;
    if (others > 0) this.#holders.set(slot, others);
    else {
      this.#holders.delete(slot);
      this.#released.push(slot);
    }
  }

  /** The slot of a key, or a free one if it has none; undefined when all are taken. */
  take(key: string): number | undefined {
    const slot = this.#byKey.get(key) ?? this.#free();
    if (slot !== undefined) this.set(key, slot);
    return slot;
  }

  #free(): number | undefined {
    for (let slot = this.#released.pop(); slot !== undefined; slot = this.#released.pop())
      if (slot !== reportSlot && !this.#holders.has(slot)) return slot;
    while (this.#next < this.#limit && this.#holders.has(this.#next)) this.#next += 1;
    return this.#next < this.#limit ? this.#next : undefined;
  }
}

/** The slot in the name of a notice of this cluster; undefined for another name. */
export const slotOf = (cluster: string, name: string): number | undefined => {
  const text = name.startsWith(`${cluster}.`) ? name.slice(cluster.length + 1) : '';
  return /^(0|[1-9][0-9]{0,3})$/.test(text) && Number(text) < maxNotices ? Number(text) : undefined;
};
