import type { Client } from './port.ts';

/** A client whose server can change while others hold it. */
export interface MovableClient {
  /** What others hold; every call goes to the server of this moment. */
  readonly client: Client;
  /** Goes on with another client, and closes the one before: its calls in flight fail with `Unavailable`, as on a lost connection. */
  move(next: Client): void;
}

/** A client that begins with `first` and can be moved. */
export const movableClient = (first: Client): MovableClient => {
  let current = first;
  return {
    client: new Proxy(first, { get: (_, key) => Reflect.get(current, key) }),
    move: (next) => {
      const before = current;
      current = next;
      before.close();
    },
  };
};
