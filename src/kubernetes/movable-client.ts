import type { Client } from './port.ts';

/** A client whose server can change during use. */
export interface MovableClient {
  /** The client to hand out; every call goes to the current server. */
  readonly client: Client;
  /** Switches to another client and closes the previous one: its calls in flight fail with `Unavailable`, as on a lost connection. */
  move(next: Client): void;
}

/** A movable client that begins with `first`. */
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
