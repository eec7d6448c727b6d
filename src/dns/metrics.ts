import type { ResponseCode } from './codec/numbers.ts';

/** How a message arrived. */
export type Transport = 'udp' | 'tcp';

/** Why a message or a connection got no answer. */
export type DropReason =
  /** Not a query: too short, or itself a response. */
  | 'not-a-query'
  /** A TCP message of an impossible length. */
  | 'length'
  /** A TCP connection that sent no whole query for too long, or did not read its answers. */
  | 'idle'
  /** The TCP connection idle longest, closed to make room for a new one. */
  | 'evicted'
  /** The answer could not be sent. */
  | 'send';

/** What a server measures while it runs. Called for every query, so implementations only count. */
export type ServerMetrics = {
  /** A response was sent; `type` is one of few, `other` for the rest, so that clients cannot create series. */
  answered(transport: Transport, type: string, code: ResponseCode): void;
  /** A response was truncated, with the truncation bit set. */
  truncated(transport: Transport): void;
  dropped(transport: Transport, reason: DropReason): void;
  /** How many TCP connections are open. */
  connections(open: number): void;
};

/** Records nothing. */
export const noMetrics: ServerMetrics = {
  answered: () => undefined,
  truncated: () => undefined,
  dropped: () => undefined,
  connections: () => undefined,
};
