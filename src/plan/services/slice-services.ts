import type { NodeService } from './node-service.ts';

/** Into how many parts the services are divided by name: a change copies one part, and a comparison skips those that are the same. */
const parts = 256;

const partOf = (name: string): number => {
  let sum = 0;
  for (let index = 0; index < name.length; index += 1) sum = (sum * 31 + name.charCodeAt(index)) >>> 0;
  return sum % parts;
};

type Part = ReadonlyMap<string, NodeService>;

/** A service that differs between two states: before, after, or both. */
export interface ServiceChange {
  readonly before: NodeService | undefined;
  readonly after: NodeService | undefined;
}

/** The services of a slice on a node, by `<namespace>/<name>`: an immutable value. A service that did not change is the same object. */
export class SliceServices {
  /** The range of all service addresses: an address in it that leads nowhere refuses connections. */
  readonly range: string;
  readonly size: number;
  readonly #parts: readonly Part[];

  private constructor(range: string, size: number, services: readonly Part[]) {
    this.range = range;
    this.size = size;
    this.#parts = services;
  }

  /** No services yet. */
  static none(range: string): SliceServices {
    return new SliceServices(
      range,
      0,
      Array.from({ length: parts }, (): Part => new Map()),
    );
  }

  /** These services, with some set or, with undefined, removed. */
  with(changes: Iterable<readonly [string, NodeService | undefined]>): SliceServices {
    const changed = new Map<number, Map<string, NodeService>>();
    let size = this.size;
    for (const [name, service] of changes) {
      const index = partOf(name);
      const part = changed.get(index) ?? new Map(this.#parts[index]);
      changed.set(index, part);
      const before = part.size;
      if (service === undefined) part.delete(name);
      else part.set(name, service);
      size += part.size - before;
    }
    return new SliceServices(
      this.range,
      size,
      this.#parts.map((part, index) => changed.get(index) ?? part),
    );
  }

  get(name: string): NodeService | undefined {
    return this.#parts[partOf(name)]?.get(name);
  }

  *entries(): Generator<[string, NodeService], void> {
    for (const part of this.#parts) yield* part;
  }

  /** The services that differ from an earlier state. */
  *changedFrom(earlier: SliceServices): Generator<ServiceChange, void> {
    for (const [index, part] of this.#parts.entries()) {
      const former = earlier.#parts[index];
      if (former === undefined || former === part) continue;
      for (const [name, after] of part) {
        const before = former.get(name);
        if (before !== after) yield { before, after };
      }
      for (const [name, before] of former) if (!part.has(name)) yield { before, after: undefined };
    }
  }
}
