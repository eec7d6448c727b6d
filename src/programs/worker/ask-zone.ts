import { Resolver } from 'node:dns/promises';
import { sliceZone } from '../../api/places.ts';

/** The most that one question may take, in milliseconds. */
const answerMs = 2_000;

/** The server that our own SOA record names. */
const primary = `ns.dns.${sliceZone}`;

/** Asks servers for our zone; resolves to undefined when the answer is ours, else to what came instead. */
export const askZone = async (servers: readonly string[], signal: AbortSignal): Promise<string | undefined> => {
  if (servers.length === 0) return 'there is no server to ask';
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
