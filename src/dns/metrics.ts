import type { ResponseCode } from './codec/numbers.ts';

/** How a message came. */
export type Transport = 'udp' | 'tcp';

/** Why a message or a connection got no answer. */
export type DropReason =
  /** No query at all: too short, or itself a response. */
  | 'not-a-query'
  /** A TCP message of an impossible length. */
  | 'length'
  /** A TCP connection that sent no whole query for too long, or did not read its answers. */
  | 'idle'
  /** The TCP connection idle longest, closed to make room for a new one. */
  | 'evicted'
  /** The answer could not be sent. */
  | 'send';

/** What a server reports while it runs. Called for every query, so implementations only count. */
export type ServerMetrics = {
  /** A response was given; `type` is one of few, `other` for the rest, so that askers cannot invent series. */
  answered(transport: Transport, type: string, code: ResponseCode): void;
  /** A response did not hold everything and said so. */
  truncated(transport: Transport): void;
  dropped(transport: Transport, reason: DropReason): void;
  /** How many TCP connections are open. */
  connections(open: number): void;
};

/** Reports nothing. */
export const silentMetrics: ServerMetrics = {
  answered: () => undefined,
  truncated: () => undefined,
  dropped: () => undefined,
  connections: () => undefined,
};
