import type { Client } from '../../kubernetes/client.ts';
import { isUnread, type Unread } from '../../plan/diagnosis/unread.ts';
import { Failure } from '../../values/failure.ts';
import type { KubernetesObject } from '../../values/object.ts';
import type { ResourceKind } from '../../values/resource-kind.ts';

/** Reads objects, and records missing permissions instead of failing: a diagnosis names what it could not read. */
export class Readings {
  readonly unread: Unread[] = [];
  readonly #client: Client;
  readonly #signal: AbortSignal;

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** The result of the read; `otherwise` when it is forbidden, when the server does not know the kind, or when it does not answer in time. */
  async read<T>(what: string, work: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!Failure.is(error) || error.code === 'Interrupted' || error.code === 'Unauthorized') throw error;
      // A missing kind is reported as a missing definition.
      if (error.code !== 'NotFound') this.unread.push({ what, why: error.message, isForbidden: error.code === 'Forbidden' });
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

  /** All objects of a kind or, for somebody who may not see all, those of the namespaces in which ours are. */
  async listIn<T extends KubernetesObject>(kind: ResourceKind<T>, namespaces: readonly string[]): Promise<readonly T[]> {
    try {
      return (await this.#client.list<T>(kind, { signal: this.#signal })).items;
    } catch (error) {
      if (!Failure.is(error, 'Forbidden')) return this.read(kind.plural, Promise.reject(error), []);
      return (await Promise.all(namespaces.map((namespace) => this.list(kind, namespace)))).flat();
    }
  }

  /** Whether something could not be read, so that its absence means nothing. */
  isUnread(what: string): boolean {
    return isUnread(this, what);
  }

  /** One object; cluster-scoped when the namespace is empty. */
  find<T extends KubernetesObject>(kind: ResourceKind<T>, namespace: string, name: string): Promise<T | undefined> {
    const target = namespace === '' ? { name } : { namespace, name };
    return this.read(
      namespace === '' ? `${kind.kind} ${name}` : `${kind.kind} ${namespace}/${name}`,
      this.#client.find<T>(kind, target, { signal: this.#signal }),
      undefined,
    );
  }
}
