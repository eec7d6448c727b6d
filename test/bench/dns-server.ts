import { startServer } from '../../src/dns/server.ts';
import { answer } from '../../src/plan/names/answer.ts';
import { Zone } from '../../src/plan/names/zone.ts';
import { benchServices } from './dns-zone.ts';

/** Our DNS server alone, on the zone of the benchmark, so that its CPU time is its own: prints its port, ends with its standard input. */
const zone = new Zone({ serial: 1 });
for (const { name, addresses } of benchServices()) {
  zone.set(name, {
    slice: 'bench',
    cluster: 'east',
    namespace: 'bench',
    export: name,
    endpoints: addresses.map((address, index) => ({ address, pod: `${name}-${index}`, node: `n${index % 3}` })),
    ports: [],
  });
}
const counts = new Map<string, number>();
const count = (key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
const server = await startServer({
  listen: { host: '127.0.0.1', port: 0 },
  answer: (question) => answer(zone, question),
  random: Math.random,
  metrics: {
    answered: (transport, type, code) => count(`${transport} ${type} ${code}`),
    truncated: count,
    dropped: count,
    connections: () => undefined,
  },
  signal: new AbortController().signal,
});
console.log(server.port);
process.stdin.resume().on('end', () => void server.stop());
