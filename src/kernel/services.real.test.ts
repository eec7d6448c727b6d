import { execFileSync, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PodAttachment, SliceNetwork } from '../plan/facts/slice-network.ts';
import type { NodeService, NodeServicePort, ServiceTarget } from '../plan/services/node-service.ts';
import { SliceServices } from '../plan/services/slice-services.ts';
import { cable, obstacleTo, RealNode, realKernel } from './fixtures/real-node.ts';
import type { LinuxKernel } from './linux.ts';

const real = await realKernel();
const obstacle = obstacleTo(real, ['WireGuardUserspace']);
if (obstacle !== undefined) console.log(`skipped: services between two nodes: ${obstacle}`);
const signal = new AbortController().signal;

/** Answers on TCP and UDP port 8080 with the address of its pod and that of the client, and each line of an open connection again. */
const serving = (own: string): string => `
const own = '${own}';
let open = 0; const ready = () => ++open === 2 && console.log('ready');
require('net').createServer((s) => { s.on('data', () => s.write(own + ' ' + s.remoteAddress)); s.on('error', () => {}); }).listen(8080, '0.0.0.0', 2000, ready);
const u = require('dgram').createSocket('udp4'); u.on('message', (m, r) => u.send(own + ' ' + r.address, r.port, r.address)); u.bind(8080, ready);`;

/** For each line of JSON `[protocol, address, port, count]` prints how often which answer came; `hold` opens a connection, `use` uses it, with so many milliseconds for the answer. */
const calling = `
const net = require('net'), dgram = require('dgram'); let held;
const answer = (s, ms = 1500) => new Promise((done) => { const end = (text) => { clearTimeout(t); s.removeAllListeners('data'); done(text); }; const t = setTimeout(() => end('nothing'), ms);
  s.once('error', (e) => end(e.code)); s.once('close', () => end('closed')); s.once('data', (d) => end(String(d))); s.write('?'); });
const tcp = async (address, port) => { const s = net.connect(port, address); s.setNoDelay(); const text = await answer(s); s.on('error', () => {}); s.resetAndDestroy(); return text; };
const udp = (address, port) => new Promise((done) => { const s = dgram.createSocket('udp4'); const end = (text) => { clearTimeout(t); s.close(); done(text); };
  const t = setTimeout(() => end('nothing'), 1500); s.on('error', (e) => end(e.code)); s.on('message', (m) => end(String(m))); s.connect(port, address, () => s.send('?')); });
const many = async (one, count) => { const counts = {}; let left = count;
  await Promise.all(Array.from({ length: Math.min(count, 20) }, async () => { while (left-- > 0) { const text = await one(); counts[text] = (counts[text] ?? 0) + 1; } })); return counts; };
require('readline').createInterface(process.stdin).on('line', async (line) => { const [protocol, address, port, count] = JSON.parse(line);
  if (protocol === 'hold') { held = net.connect(port, address); held.on('error', () => {}); console.log(JSON.stringify(await answer(held))); }
  else if (protocol === 'use') console.log(JSON.stringify(held.destroyed ? 'closed' : await answer(held, address)));
  else console.log(JSON.stringify(await many(() => (protocol === 'TCP' ? tcp : udp)(address, port), count))); });
console.log('ready');`;

/** A script in a pod that answers lines by lines. */
const start = async (pod: PodAttachment, script: string) => {
  const child = spawn('nsenter', [`--net=${pod.netns}`, process.execPath, '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  let wake = (): void => {};
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    wake();
  });
  const line = async (): Promise<string> => {
    while (!text.includes('\n'))
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    const end = text.indexOf('\n');
    const first = text.slice(0, end);
    text = text.slice(end + 1);
    return first;
  };
  expect(await line()).toBe('ready');
  return {
    ask: async (...words: readonly (string | number)[]): Promise<unknown> => {
      child.stdin.write(`${JSON.stringify(words)}\n`);
      return JSON.parse(await line()) as unknown;
    },
    stop: () => child.kill('SIGKILL'),
  };
};

describe.skipIf(obstacle !== undefined)('services between two nodes', () => {
  let a: RealNode;
  let b: RealNode;
  let kernelA: LinuxKernel;
  let networkA: SliceNetwork;
  let client: Awaited<ReturnType<typeof start>>;
  let own: Awaited<ReturnType<typeof start>>;
  const running: { stop: () => void }[] = [];

  const peerOf = (network: SliceNetwork, address: string): SliceNetwork['peers'] => [
    {
      name: network.netns,
      publicKey: network.publicKey,
      endpoint: `${address}:${network.listenPort}`,
      allowedIPs: network.blocks,
      router: network.router,
      keepaliveSeconds: 25,
      renewals: 0,
    },
  ];
  const target = (address: string): ServiceTarget => ({ address, port: 8080 });
  const [local, far, farther] = [target('10.77.0.6'), target('10.77.1.2'), target('10.77.1.3')] as const;
  const web = (targets: readonly ServiceTarget[], more: Partial<NodeService> = {}): NodeService => ({
    address: '10.77.240.1',
    sticky: false,
    ports: (['TCP', 'UDP'] as const).map((protocol): NodeServicePort => ({ protocol, port: 80, targets })),
    alive: targets.map(({ address }) => address),
    down: [],
    ...more,
  });
  const serve = async (...services: readonly NodeService[]): Promise<void> => {
    const network = {
      ...networkA,
      services: SliceServices.none('10.77.240.0/20').with(services.map((one) => [`app-ns/${one.address}`, one])),
    };
    const outcome = await kernelA.converge([network], signal, 'changes');
    expect([...outcome.failures, ...outcome.podFailures]).toEqual([]);
  };
  const call = (protocol: 'TCP' | 'UDP', count: number, address = '10.77.240.1') =>
    client.ask(protocol, address, 80, count) as Promise<Record<string, number>>;

  beforeAll(async () => {
    if ('obstacle' in real) return;
    a = new RealNode('sa', real.tunnelProgram);
    b = new RealNode('sb', real.tunnelProgram);
    cable(a, b);
    const [bareA, bareB] = [
      a.network({ router: '10.77.0.1', blocks: ['10.77.0.0/24'] }),
      b.network({ router: '10.77.1.1', blocks: ['10.77.1.0/24'] }),
    ];
    const [caller, here] = [a.pod('client', '10.77.0.5'), a.pod('here', local.address)];
    const there = [b.pod('far', far.address), b.pod('farther', farther.address)];
    networkA = { ...bareA, pods: [caller, here], peers: peerOf(bareB, '192.0.2.2') };
    const networkB = { ...bareB, pods: there, peers: peerOf(bareA, '192.0.2.1') };
    kernelA = a.kernel();
    for (const outcome of [await kernelA.converge([networkA], signal), await b.kernel().converge([networkB], signal)])
      expect([...outcome.failures, ...outcome.podFailures]).toEqual([]);
    for (const pod of [here, ...there]) running.push(await start(pod, serving(pod.address)));
    client = await start(caller, calling);
    own = await start(here, calling);
    running.push(client, own);
    // The first handshake of the tunnel.
    await serve(web([far]));
    while ((await call('UDP', 1)).nothing === 1);
  }, 60_000);

  afterAll(async () => {
    for (const { stop } of running) stop();
    await a?.close();
    await b?.close();
  });

  it('leads connections of either protocol to the endpoints on all nodes and to their port, and servers see the client', async () => {
    await serve(web([local, far, farther]));
    for (const protocol of ['TCP', 'UDP'] as const)
      expect(Object.keys(await call(protocol, 200)).toSorted()).toEqual([
        '10.77.0.6 10.77.0.5',
        '10.77.1.2 10.77.0.5',
        '10.77.1.3 10.77.0.5',
      ]);
  });

  it('divides 10,000 connections 30 to 70, within two points', async () => {
    const targets = [...Array.from({ length: 3 }, () => far), ...Array.from({ length: 7 }, () => local)];
    await serve(web(targets));
    const counts = await call('TCP', 10_000);
    console.log('10,000 connections of weights 30 and 70:', JSON.stringify(counts));
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(10_000);
    expect(Math.abs((counts['10.77.1.2 10.77.0.5'] ?? 0) - 3_000)).toBeLessThan(200);
    expect(Math.abs((counts['10.77.0.6 10.77.0.5'] ?? 0) - 7_000)).toBeLessThan(200);
  }, 120_000);

  it('reaches each of a hundred endpoints, more than have a slot of their own', async () => {
    const others = Array.from({ length: 97 }, (_, index) => target(`10.77.1.${100 + index}`));
    await serve(web([local, far, farther, ...others]));
    const counts = await call('TCP', 600);
    for (const address of [local, far, farther].map((one) => one.address)) expect(counts[`${address} 10.77.0.5`]).toBeGreaterThan(0);
    // The address of a node without a pod there refuses at once.
    expect(counts.ECONNREFUSED).toBeGreaterThan(500);
  }, 60_000);

  it('keeps a client with its endpoint when asked, until it is gone', async () => {
    await serve(web([local, far, farther], { sticky: true }));
    const [[first, count]] = Object.entries(await call('TCP', 40)) as [[string, number]];
    expect(count).toBe(40);
    const left = [local, far, farther].filter(({ address }) => !first.startsWith(`${address} `));
    await serve(web(left, { sticky: true }));
    const after = Object.entries(await call('TCP', 40));
    expect(after.map(([, times]) => times)).toEqual([40]);
    expect(after[0]?.[0]).not.toBe(first);
    // One that comes back, or is new, takes no client away.
    await serve(web([local, far, farther], { sticky: true }));
    expect(await call('TCP', 40)).toEqual(Object.fromEntries(after));
  });

  it('lets a client go after the time that the service asks for', async () => {
    const brief = { sticky: true, affinitySeconds: 1 };
    await serve(web([local, far, farther], brief));
    const seen = new Set<string>();
    const limit = performance.now() + 50_000;
    while (seen.size < 2 && performance.now() < limit) {
      const [[endpoint, count]] = Object.entries(await call('TCP', 10)) as [[string, number]];
      expect(count).toBe(10);
      seen.add(endpoint);
      // Longer than the time.
      await new Promise((resolve) => setTimeout(resolve, 1_300));
    }
    expect(seen.size).toBeGreaterThan(1);
  }, 60_000);

  it('leads a pod to itself', async () => {
    await serve(web([local]));
    for (const protocol of ['TCP', 'UDP'] as const)
      expect(await own.ask(protocol, '10.77.240.1', 80, 3)).toEqual({ '10.77.0.6 10.77.0.1': 3 });
  });

  it('refuses calls at once to a service without endpoints, to another port, and to an address of nobody', async () => {
    await serve(web([]));
    const began = performance.now();
    for (const protocol of ['TCP', 'UDP'] as const) {
      expect(await call(protocol, 3)).toEqual({ ECONNREFUSED: 3 });
      expect(await call(protocol, 3, '10.77.241.9')).toEqual({ ECONNREFUSED: 3 });
    }
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  it('lets open connections go on while their endpoint gets no new ones, and resets them when it is gone', async () => {
    await serve(web([far]));
    expect(await client.ask('hold', '10.77.240.1', 80)).toBe('10.77.1.2 10.77.0.5');
    await serve(web([local], { alive: [local.address, far.address] }));
    expect(await client.ask('use')).toBe('10.77.1.2 10.77.0.5');
    expect(await call('TCP', 5)).toEqual({ '10.77.0.6 10.77.0.5': 5 });
    await serve(web([local]));
    const began = performance.now();
    expect(await client.ask('use')).toMatch(/ECONNRESET|closed/);
    expect(performance.now() - began).toBeLessThan(500);
  });

  it('ends a connection that waits for an endpoint which is Down, before its client sends again, and no other', async () => {
    await serve(web([far]));
    expect(await client.ask('hold', '10.77.240.1', 80)).toBe('10.77.1.2 10.77.0.5');
    await serve(web([local, far]));
    execFileSync('ip', ['-n', a.name, 'link', 'set', 'c0', 'down']);
    try {
      const answer = client.ask('use', 20_000);
      const began = performance.now();
      // By now it has sent five times, and would wait for three seconds more.
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      await serve(web([local], { down: [far.address] }));
      expect(await answer).toMatch(/ECONNABORTED|closed/);
      expect(performance.now() - began).toBeLessThan(5_500);
    } finally {
      execFileSync('ip', ['-n', a.name, 'link', 'set', 'c0', 'up']);
    }
  }, 30_000);

  it('changes one of a thousand services without touching the others', async () => {
    const others = Array.from({ length: 1_000 }, (_, index) => {
      const address = `10.77.${241 + (index >> 8)}.${index & 255}`;
      return web([local, far], { address });
    });
    await serve(web([local]), ...others);
    const began = performance.now();
    await serve(web([far]), ...others);
    console.log(`one change among 1,001 services: ${Math.round(performance.now() - began)} ms`);
    expect(await call('TCP', 3)).toEqual({ '10.77.1.2 10.77.0.5': 3 });
  }, 30_000);
});
