import { Resolver } from 'node:dns/promises';
import { sliceZone } from '../../../api/places.ts';

/** Longest duration of one query, in milliseconds. */
const answerMs = 2_000;

/** The server name in our own SOA record. */
const primary = `ns.dns.${sliceZone}`;

/** Queries servers for our zone; resolves to undefined when the answer is ours, else to a description of the answer. */
export const askZone = async (servers: readonly string[], signal: AbortSignal): Promise<string | undefined> => {
  if (servers.length === 0) return 'there is no server to query';
  const resolver = new Resolver({ timeout: answerMs, tries: 1 });
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    resolver.setServers(servers);
    const { nsname } = await resolver.resolveSoa(sliceZone);
    return nsname === primary ? undefined : `the answer names ${nsname}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};
