import type { Run } from '../../host/run.ts';
import { inNetns } from '../netns.ts';

/** A TCP connection, as `<address>:<port>` of both ends. */
export interface Connection {
  readonly local: string;
  readonly remote: string;
}

/** So often the pod has sent again what the other end did not acknowledge: 1.4 s by now at the latest, and twice as long for each further time. */
const sentAgain = 2;
/** Connections that one call ends: the kernel bounds the length of a filter. */
const perCall = 50;
const maxBytes = 1024 * 1024;

/**
 * Reads the output of `ss -Htno`: the connections to one of the addresses whose other end acknowledges nothing, though it was sent again. Lines that cannot
 * be read are dropped.
 */
export const parseStuck = (output: string, addresses: ReadonlySet<string>): Connection[] =>
  output.split('\n').flatMap((line) => {
    const found = /^\S+\s+\d+\s+\d+\s+(\S+)\s+(\S+)\s+timer:\(on,[^,]+,(\d+)\)/.exec(line);
    const [local = '', remote = ''] = [found?.[1] ?? '', found?.[2] ?? ''].map((end) =>
      end.replace(/%[^:\]]+/, '').replace(/^\[::ffff:([0-9.]+)\]/, '$1'),
    );
    if (Number(found?.[3] ?? 0) < sentAgain) return [];
    return addresses.has(remote.slice(0, remote.lastIndexOf(':'))) ? [{ local, remote }] : [];
  });

/**
 * Ends the connections of a pod to some service addresses that wait for an answer in vain (RFC 6298 §5.5 lets them wait twice as long each time). The rules
 * of the node answer what a client sends to an endpoint that is not alive; but a client that waits sends nothing. Those that get answers go on. The program
 * sees ECONNABORTED.
 *
 * @returns how many; 0 where the kernel cannot do it (`CONFIG_INET_DIAG_DESTROY`): the next packet that is sent again is answered
 */
export const endStuckConnections = async (
  run: Run,
  netns: string,
  { addresses, range }: { readonly addresses: ReadonlySet<string>; readonly range: string },
  signal: AbortSignal,
): Promise<number> => {
  const options = { signal, timeoutMs: 3_000, maxBytes };
  const { code, stdout } = await run(inNetns(netns, ['ss', '-Htno', 'state', 'established', 'state', 'syn-sent', 'dst', range]), options);
  const stuck = code === 0 ? parseStuck(stdout, addresses) : [];
  for (let at = 0; at < stuck.length; at += perCall) {
    const filter = stuck.slice(at, at + perCall).map(({ local, remote }) => `( src ${local} and dst ${remote} )`);
    await run(inNetns(netns, ['ss', '-KHtn', 'state', 'established', 'state', 'syn-sent', filter.join(' or ')]), options);
  }
  return stuck.length;
};
