import type { Client } from '../../../kubernetes/client.ts';
import { Failure } from '../../../values/failure.ts';
import type { KubernetesObject } from '../../../values/object.ts';
import type { ResourceKind } from '../../../values/resource-kind.ts';

/** Reads what may be forbidden, and remembers what was not allowed instead of failing: a diagnosis says what it could not see. */
export class Readings {
  readonly unread: { readonly what: string; readonly why: string }[] = [];
  readonly #client: Client;
  readonly #signal: AbortSignal;

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** What the work gives; `otherwise` when it is forbidden, when the kind is not known to the server, or when it does not answer in time. */
  async read<T>(what: string, work: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!Failure.is(error) || error.code === 'Interrupted' || error.code === 'Unauthorized') throw error;
      // A kind that is not there is reported as a missing definition.
      if (error.code !== 'NotFound') this.unread.push({ what, why: error.message });
      return otherwise;
    }
  }

  /** All objects of a kind, of one namespace if it is named. */
  list<T extends KubernetesObject>(kind: ResourceKind<T>, namespace?: string): Promise<readonly T[]> {
    const what = `${kind.plural}${namespace === undefined ? '' : ` in ${namespace}`}`;
    const selection = { signal: this.#signal, ...(namespace === undefined ? {} : { namespace }) };
    return this.read<readonly T[]>(
      what,
      this.#client.list<T>(kind, selection).then(({ items }) => items),
      [],
    );
  }

  /** One object; in no namespace when that is empty. */
  find<T extends KubernetesObject>(kind: ResourceKind<T>, namespace: string, name: string): Promise<T | undefined> {
    const target = namespace === '' ? { name } : { namespace, name };
    return this.read(`${kind.kind} ${namespace}/${name}`, this.#client.find<T>(kind, target, { signal: this.#signal }), undefined);
  }
}
