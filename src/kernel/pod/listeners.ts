import { failureOf, type Run } from '../../host/run.ts';
import { podInterface } from '../../values/pod-interface.ts';
import { inNetns } from '../netns.ts';

/** A TCP socket that accepts connections. */
export interface Listener {
  /** Address on which it listens; `*` for all addresses of both families, `0.0.0.0` for all of IPv4. */
  readonly address: string;
  /** The one interface whose connections it accepts; undefined for all. */
  readonly device: string | undefined;
  readonly port: number;
}

/** Reads the output of `ss -Htln`, one socket in each line; unreadable lines are dropped. */
export const parseListeners = (output: string): Listener[] =>
  output.split('\n').flatMap((line) => {
    const local = /^LISTEN\s+\d+\s+\d+\s+(\S+)/.exec(line)?.[1] ?? '';
    const { address, device, port } = /^\[?(?<address>[^\s%\]]+)\]?(?:%(?<device>[^\s:\]]+)\]?)?:(?<port>\d+)$/.exec(local)?.groups ?? {};
    return address === undefined || port === undefined ? [] : [{ address, device, port: Number(port) }];
  });

/**
 * Whether one of the listeners accepts connections to an IPv4 address of the pod's slice interface.
 *
 * ```
 * listens on                    accepts
 * 0.0.0.0 or *                  yes
 * the address, or mapped        yes
 * [::]                          no: `ss` prints * unless the socket takes IPv6 only
 * 127.0.0.1, another address    no
 * another interface             no
 * ```
 */
export const isListened = (listeners: readonly Listener[], address: string, port: number): boolean =>
  listeners.some(
    (one) =>
      one.port === port &&
      (one.device === undefined || one.device === podInterface) &&
      ['*', '0.0.0.0', address, `::ffff:${address}`].includes(one.address),
  );

/** Rules that redirect connections in the pod to another port or program; its sockets then do not show who accepts them. */
const redirects = /\b(?:redirect|dnat|tproxy)\b|^nat$/im;
const rulesScript = 'cat /proc/net/ip_tables_names 2>/dev/null; nft list ruleset';
const rulesBytes = 1024 * 1024;

/** Whether rules in the pod, such as those of a service mesh, may redirect connections. True when the rules cannot be read. */
const mayRedirect = async (run: Run, netns: string, signal: AbortSignal): Promise<boolean> => {
  try {
    const { code, stdout } = await run(inNetns(netns, ['sh', '-c', rulesScript]), { signal, maxBytes: rulesBytes, timeoutMs: 3_000 });
    return code !== 0 || redirects.test(stdout);
  } catch (error) {
    if (signal.aborted) throw error;
    return true;
  }
};

/**
 * The TCP ports of the list on which nothing in the pod listens for its slice address; undefined where sockets do not show it. It sends no packet:
 * the program would see and log a connection.
 */
export const closedPorts = async (
  run: Run,
  { netns, address, ports }: { readonly netns: string; readonly address: string; readonly ports: readonly number[] },
  signal: AbortSignal,
): Promise<readonly number[] | undefined> => {
  // The kernel returns listening sockets only, however many connections the pod has.
  const argv = inNetns(netns, ['ss', '-Htln']);
  const result = await run(argv, { signal, timeoutMs: 3_000 });
  if (result.code !== 0) throw failureOf(argv, result);
  const listeners = parseListeners(result.stdout);
  const closed = ports.filter((port) => !isListened(listeners, address, port));
  return closed.length > 0 && (await mayRedirect(run, netns, signal)) ? undefined : closed;
};
