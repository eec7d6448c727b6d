import { readIfPresent } from '../../host/read-if-present.ts';

/** Local ports of the sockets in a `/proc/net/udp` (proc(5)): second column, hexadecimal `address:port`. */
export const parseUdpTable = (text: string): number[] =>
  text
    .split('\n')
    .slice(1)
    .map((line) => Number.parseInt(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4})/.exec(line)?.[1] ?? '', 16))
    .filter((port) => !Number.isNaN(port));

/** UDP ports in use in this process's network namespace, including our own. */
export const busyUdpPorts = async (): Promise<Set<number>> => {
  const tables = await Promise.all(['/proc/net/udp', '/proc/net/udp6'].map(readIfPresent));
  return new Set(tables.flatMap((table) => (table === undefined ? [] : parseUdpTable(table))));
};
