import { type Clock, systemClock } from '../values/clock.ts';
import { Failure } from '../values/failure.ts';
import { noMetrics } from './metrics.ts';
import { createResponder, type ResponderOptions } from './responder.ts';
import { listenTcp, type TcpLimits } from './tcp.ts';
import { type Address, type Listener, listenUdp } from './udp.ts';

/** Options and limits of a server. */
export type ServerOptions = Pick<ResponderOptions, 'answer' | 'random'> &
  Partial<Pick<ResponderOptions, 'metrics'>> & {
    readonly listen: Address;
    readonly tcp?: TcpLimits;
    /** @default the machine's own */
    readonly clock?: Clock;
    /** Stops the server when aborted while it starts. */
    readonly signal: AbortSignal;
  };

/** With port 0: how many ports to try until TCP gets the one that UDP got. */
const portAttempts = 20;

/**
 * An authoritative DNS server on one address, UDP and TCP on the same port (RFC 7766 §5): EDNS with 1232 bytes, truncation and TCP for larger
 * answers, no recursion, no transfers. `answer` decides the content, synchronously.
 *
 * `stop` accepts no new queries, and resolves when the accepted ones are answered; calling it again is harmless.
 */
export const startServer = async ({
  listen,
  answer,
  random,
  metrics = noMetrics,
  tcp = {},
  clock = systemClock,
  signal,
}: ServerOptions): Promise<Listener> => {
  const respond = createResponder({ answer, random, metrics });
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const udp = await listenUdp(listen, respond, metrics);
    try {
      const stream = await listenTcp({ host: listen.host, port: udp.port }, respond, { ...tcp, metrics, clock });
      let stopped: Promise<void> | undefined;
      return {
        port: udp.port,
        stop: () => {
          stopped ??= Promise.all([udp.stop(), stream.stop()]).then(() => undefined);
          return stopped;
        },
      };
    } catch (error) {
      await udp.stop();
      if (listen.port !== 0 || attempt === portAttempts) throw Failure.from(error);
    }
  }
};
