import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { addressesIn, askTcp, askUdp } from '../../src/dns/fixtures/ask.ts';
import { startServer } from '../../src/dns/server.ts';
import type { Listener } from '../../src/dns/udp.ts';
import { withoutStub, withStub } from '../../src/plan/cluster-dns/corefile.ts';
import { planClusterDns } from '../../src/plan/cluster-dns/plan.ts';
import { answer } from '../../src/plan/names/answer.ts';
import { clustersetNames } from '../../src/plan/names/clusterset-names.ts';
import { ReverseZone } from '../../src/plan/names/reverse/reverse-zone.ts';
import { Zone } from '../../src/plan/names/zone.ts';

/*
 * The way that a pod's question takes: CoreDNS with the configuration that we write, then our server. CoreDNS is the judge of what a
 * Corefile means.
 */

/** The program, or the sentence that says why there is none. */
const coredns = (): string | Error => {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubeslice', 'tools');
  return (
    globSync(join(cache, 'coredns-*', 'coredns'))[0] ?? new Error(`no coredns under ${cache}; "npx kubeslice playground up" builds it`)
  );
};
const program = coredns();
if (program instanceof Error) console.log(`skipped: our server behind a real CoreDNS: ${program.message}`);

const backend = 'backend.app-ns.svc.slice.local';
const offer = (count: number) => ({
  slice: 'app-slice',
  cluster: 'east',
  namespace: 'app-ns',
  export: 'backend',
  endpoints: Array.from({ length: count }, (_, index) => ({
    address: `10.0.${index >> 8}.${index & 255}`,
    pod: `backend-${index}`,
    node: 'n1',
  })),
  ports: [{ name: 'http', protocol: 'tcp', port: 80, servicePort: 80 }],
});

describe.skipIf(program instanceof Error && process.env.CI === undefined)('behind a real CoreDNS', () => {
  const port = 15_300 + (process.pid % 500);
  let zone: Zone;
  let server: Listener;
  let directory: string;
  let child: ChildProcess | undefined;

  /** The Corefile of a cluster, as far as it can run alone: another name stands for the cluster's own. */
  const plain = `.:${port} {
    bind 127.0.0.1
    errors
    hosts {
        192.0.2.1 kubernetes.default.svc.cluster.local
        fallthrough
    }
    cache 30
    reload 2s 1s
    loadbalance
}
`;
  const write = (corefile: string): Promise<void> => writeFile(join(directory, 'Corefile'), corefile);
  const stub = () => ({ zone: 'slice.local', also: 'clusterset.local', servers: [`127.0.0.1:${server.port}`] });
  const run = async (corefile: string): Promise<void> => {
    if (program instanceof Error) throw program;
    await write(corefile);
    child = spawn(program, ['-conf', join(directory, 'Corefile')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout!);
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => line.startsWith('CoreDNS-') && resolve());
      child!.once('exit', (code) => reject(new Error(`CoreDNS ended with ${code}`)));
    });
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubeslice-coredns-'));
    zone = new Zone({ serial: 1 });
    zone.set('a', offer(2));
    server = await startServer({
      listen: { host: '127.0.0.1', port: 0 },
      answer: (question) => answer(zone, question),
      random: () => 0,
      signal: new AbortController().signal,
    });
  });
  afterEach(async () => {
    if (child !== undefined && child.exitCode === null) {
      child.kill();
      await once(child, 'exit');
    }
    child = undefined;
    await server.stop();
    await rm(directory, { recursive: true });
  });

  test('names of the slice are ours, all others as before', async () => {
    await run(withStub(plain, stub()));
    expect(addressesIn(await askUdp(port, backend))).toEqual(['10.0.0.0', '10.0.0.1']);
    expect(addressesIn(await askUdp(port, 'kubernetes.default.svc.cluster.local'))).toEqual(['192.0.2.1']);
  });

  test('names of the Multi-Cluster Services API are ours, too', async () => {
    const clusterset = new Zone({ serial: 1, origin: 'clusterset.local', names: clustersetNames });
    clusterset.set('a', offer(2));
    await server.stop();
    server = await startServer({
      listen: { host: '127.0.0.1', port: 0 },
      answer: (question) => answer(clusterset.covers(question.name) ? clusterset : zone, question),
      random: () => 0,
      signal: new AbortController().signal,
    });
    await run(withStub(plain, stub()));
    expect(addressesIn(await askUdp(port, backend.replace('slice.local', 'clusterset.local')))).toEqual(['10.0.0.0', '10.0.0.1']);
    expect(addressesIn(await askUdp(port, backend))).toEqual(['10.0.0.0', '10.0.0.1']);
  });

  test('names of addresses are ours where an administrator forwards the zones of the subnet', async () => {
    const reverse = new ReverseZone({ serial: 1, ttl: 5, negativeTtl: 1 });
    reverse.set('a', offer(2));
    reverse.subnet('app-slice', 'n1', '10.0.0.0/16');
    await server.stop();
    server = await startServer({
      listen: { host: '127.0.0.1', port: 0 },
      answer: (question) => answer(reverse.covers(question.name) ? reverse : zone, question),
      random: () => 0,
      signal: new AbortController().signal,
    });
    const byHand = `0.10.in-addr.arpa:${port} {\n    bind 127.0.0.1\n    errors\n    forward . 127.0.0.1:${server.port}\n}\n`;
    await run(byHand + withStub(plain, stub()));
    const said = async (name: string): Promise<unknown[]> => {
      const { code, answers, authority } = await askUdp(port, name, 'PTR');
      return [code, ...[...answers, ...authority].map(({ data }) => ('target' in data ? data.target : data.type))];
    };
    expect(await said('1.0.0.10.in-addr.arpa')).toEqual([0, `backend-1.east.${backend}`]);
    expect(await said('9.0.0.10.in-addr.arpa')).toEqual([3, 'SOA']);
    expect(await said('0.0.10.in-addr.arpa')).toEqual([0, 'SOA']);
    expect(await said('1.2.0.192.in-addr.arpa')).toEqual([0, 'kubernetes.default.svc.cluster.local']);
    expect(addressesIn(await askUdp(port, backend))).toEqual(['10.0.0.0', '10.0.0.1']);
  });

  test('names keep their letter case, and what does not exist is told from what has no such data', async () => {
    await run(withStub(plain, stub()));
    const name = 'bAckEnd.app-NS.svc.sliCe.local';
    const found = await askUdp(port, name);
    expect([found.questions[0]?.name, found.answers[0]?.name]).toEqual([name, name]);
    const noData = await askUdp(port, backend, 'AAAA');
    expect([noData.code, noData.answers.length, noData.authority[0]?.data.type]).toEqual([0, 0, 'SOA']);
    const absent = await askUdp(port, 'nothing.app-ns.svc.slice.local');
    expect([absent.code, absent.authority[0]?.data.type]).toEqual([3, 'SOA']);
    const service = await askUdp(port, `_http._tcp.${backend}`, 'SRV', {
      edns: { size: 1232, version: 0, extendedCode: 0, dnssecOk: false },
    });
    expect(service.answers.map(({ data }) => data.type)).toEqual(['SRV', 'SRV']);
  });

  test('a change is seen at once: nothing in between keeps answers', async () => {
    await run(withStub(plain, stub()));
    for (let count = 1; count <= 20; count++) {
      zone.set('a', offer(count));
      expect(addressesIn(await askUdp(port, backend))).toHaveLength(count);
    }
    zone.delete('a');
    expect((await askUdp(port, backend)).code).toBe(3);
    zone.set('a', offer(1));
    expect(addressesIn(await askUdp(port, backend))).toHaveLength(1);
  });

  test('what is too large for UDP comes whole over TCP', async () => {
    zone.set('a', offer(300));
    await run(withStub(plain, stub()));
    const cut = await askUdp(port, backend);
    expect(cut.truncated).toBe(true);
    expect(addressesIn(await askTcp(port, backend))).toHaveLength(300);
  });

  test('the stub is taken in and given up while CoreDNS runs', async () => {
    await run(plain);
    expect((await askUdp(port, backend)).code).not.toBe(0);
    const soon = { timeout: 20_000, interval: 100 };
    const corefile = withStub(plain, stub());
    await write(corefile);
    await vi.waitUntil(async () => addressesIn(await askUdp(port, backend)).length === 2, soon);
    await write(withoutStub(corefile));
    await vi.waitUntil(async () => (await askUdp(port, backend)).code !== 0, soon);
  });

  test('the import of distributions that reset their Corefile works the same', async () => {
    const corefile = `${plain}import custom/*.server\n`;
    const [action] = planClusterDns({ main: { metadata: {}, data: { Corefile: corefile } }, custom: undefined }, stub());
    await mkdir(join(directory, 'custom'));
    const data = action?.kind === 'create' ? action.data : {};
    for (const [key, text] of Object.entries(data)) await writeFile(join(directory, 'custom', key), text);
    await run(corefile);
    expect(addressesIn(await askUdp(port, backend))).toHaveLength(2);
  });
});
