import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../host/run.ts';
import type { PodAttachment, SliceNetwork } from '../plan/facts/slice-network.ts';
import type { AccessMember, AccessPolicyFacts } from '../plan/policy/access.ts';
import { accessCompiler } from '../plan/policy/compile.ts';
import type { Rules } from '../plan/policy/judge.ts';
import { SliceServices } from '../plan/services/slice-services.ts';
import { systemClock } from '../values/clock.ts';
import { obstacleTo, RealNode, realKernel, shell } from './fixtures/real-node.ts';
import type { LinuxKernel } from './linux.ts';
import { deniedFlows } from './slice/recorded-flows.ts';
import { watchFlows } from './slice/watched-flows.ts';

const real = await realKernel();
const obstacle = obstacleTo(real, ['WireGuardUserspace']);
if (obstacle !== undefined) console.log(`skipped: flows that a node records: ${obstacle}`);
const { signal } = new AbortController();

const [client, server] = ['10.77.0.2', '10.77.0.3'];

/** Answers each byte by TCP and UDP on port 80. */
const serving = `
let open = 0; const ready = () => ++open === 2 && console.log('ready');
require('net').createServer((s) => { s.on('data', (d) => s.write(d)); s.on('error', () => {}); }).listen(80, '0.0.0.0', ready);
const u = require('dgram').createSocket('udp4'); u.on('message', (m, r) => u.send(m, r.port, r.address)); u.bind(80, ready);`;

/**
 * Reads orders from its input and prints a line after each: a call by TCP that stays open and writes every 20 ms, datagrams to ports, or datagrams at a
 * rate with the processor time that they took, in milliseconds: the kernel forwards and judges them in the time of their sender.
 */
const calling = `
const net = require('net'), dgram = require('dgram');
const u = dgram.createSocket('udp4'); u.on('error', () => {});
const send = (address, port) => new Promise((done) => u.send('?', port, address, done));
const orders = {
  open: (address) => new Promise((done) => { const s = net.connect(80, address); s.on('error', () => done('failed'));
    s.on('connect', () => { setInterval(() => s.write('?'), 20); }); s.once('data', () => done('open')); }),
  try: (address, port) => new Promise((done) => { const s = net.connect(port, address); s.setTimeout(300, () => { s.destroy(); done('silent'); });
    s.on('error', () => done('silent')); s.on('connect', () => { s.destroy(); done('open'); }); }),
  ports: async (address, first, last) => { for (let port = first; port <= last; port += 1) await send(address, port); return last - first + 1; },
  rate: (address, port, perSecond, seconds) => new Promise((done) => { const before = process.cpuUsage(); let left = perSecond * seconds;
    const timer = setInterval(() => { for (let n = perSecond / 100; n > 0 && left > 0; n -= 1, left -= 1) u.send('?', port, address);
      if (left === 0) { clearInterval(timer); const { user, system } = process.cpuUsage(before); done((user + system) / 1000); } }, 10); }),
};
require('readline').createInterface(process.stdin).on('line', async (line) => { const [order, ...rest] = JSON.parse(line); console.log(JSON.stringify(await orders[order](...rest))); });
console.log('ready');`;

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
    order: async (...words: readonly (string | number)[]): Promise<unknown> => {
      child.stdin.write(`${JSON.stringify(words)}\n`);
      return JSON.parse(await line());
    },
    stop: () => child.kill('SIGKILL'),
  };
};

describe.skipIf(obstacle !== undefined)('flows that a node records', () => {
  let node: RealNode;
  let kernel: LinuxKernel;
  let network: SliceNetwork;
  let caller: Awaited<ReturnType<typeof start>>;
  const running: { stop: () => void }[] = [];
  const members: readonly AccessMember[] = [
    {
      cluster: 'east',
      blocks: ['10.77.0.0/24'],
      pods: [
        { namespace: 'shop', serviceAccount: 'web', labels: { app: 'client' }, addresses: [client] },
        { namespace: 'shop', serviceAccount: 'api', labels: { app: 'server' }, addresses: [server] },
      ],
    },
  ];
  const policy = (rest: Partial<AccessPolicyFacts>): AccessPolicyFacts => ({ name: 'p', scope: 'slice', action: 'Allow', to: {}, ...rest });
  const apply = async (rules: Rules | undefined): Promise<void> => {
    const { failures } = await kernel.converge(
      [rules === undefined ? network : { ...network, access: accessCompiler(rules)(members) }],
      signal,
      'changes',
    );
    expect([...failures]).toEqual([]);
  };
  const denyAll: Rules = { default: 'Deny', policies: [] };
  const denied = async () => {
    const found = await deniedFlows(run, network.netns, signal);
    if (found === undefined) throw new Error('there are no policies');
    return found;
  };
  /** The record begins anew with the table. */
  const anew = async (rules: Rules): Promise<void> => {
    await apply(undefined);
    await apply(rules);
  };

  beforeAll(async () => {
    if ('obstacle' in real) return;
    node = new RealNode('rf', real.tunnelProgram);
    const pods = [node.pod('client', client), node.pod('server', server)];
    network = { ...node.network({ router: '10.77.0.1', blocks: ['10.77.0.0/24'] }), pods };
    kernel = node.kernel();
    const outcome = await kernel.converge([network], signal);
    expect([...outcome.failures, ...outcome.podFailures]).toEqual([]);
    const [at, to] = pods;
    if (at === undefined || to === undefined) throw new Error('there are pods');
    running.push(await start(to, serving));
    caller = await start(at, calling);
    running.push(caller);
  }, 60_000);

  afterAll(async () => {
    for (const { stop } of running) stop();
    await node?.close();
  });

  it('has both ends, protocol, port and count of what is denied, and nothing of what is allowed', async () => {
    await anew({ default: 'Deny', policies: [policy({ ports: [{ protocol: 'UDP', port: 80 }] })] });
    expect(await caller.order('try', server, 80)).toBe('silent');
    await caller.order('ports', server, 79, 81);
    expect(() => shell(`nsenter --net=/run/netns/${node.name}-p-client ping -c 1 -W 1 ${server}`)).toThrow();
    const { flows, strays, crowded } = await denied();
    expect([strays, crowded]).toEqual([[], []]);
    expect(new Set(flows.map(({ source, destination, protocol, port }) => `${source} ${destination} ${protocol} ${port}`))).toEqual(
      new Set(['Other 0', 'TCP 80', 'UDP 79', 'UDP 81'].map((called) => `${client} ${server} ${called}`)),
    );
    for (const { packets, age } of flows) expect([packets > 0, age < 30]).toEqual([true, true]);
  });

  it('names the pod and its port behind a service address', async () => {
    const ports = [{ protocol: 'UDP' as const, port: 443, targets: [{ address: server, port: 8085 }] }];
    const service = { address: '10.77.240.1', sticky: false, ports, alive: [server], down: [] };
    const before = network;
    network = { ...network, services: SliceServices.none('10.77.240.0/20').with([['shop/api', service]]) };
    await anew(denyAll);
    await caller.order('ports', '10.77.240.1', 443, 443);
    expect((await denied()).flows).toMatchObject([{ source: client, destination: server, protocol: 'UDP', port: 8085 }]);
    network = before;
  });

  it('keeps its record when policies change, and the node finds nothing to repair in it', async () => {
    await anew(denyAll);
    await caller.order('ports', server, 80, 80);
    await apply({ default: 'Deny', policies: [policy({ ports: [{ protocol: 'UDP', port: 80 }] })] });
    await caller.order('ports', server, 80, 80);
    const access = accessCompiler({ default: 'Deny', policies: [policy({ ports: [{ protocol: 'UDP', port: 80 }] })] })(members);
    expect((await kernel.converge([{ ...network, access }], signal)).changes).toEqual([]);
    expect((await denied()).flows).toMatchObject([{ port: 80, packets: 1 }]);
  });

  it('tells packets of an older connection apart, since nobody saw who called', async () => {
    await apply(undefined);
    expect(await caller.order('open', server)).toBe('open');
    // Without policies nothing is tracked; with the first one the connection has no beginning.
    await apply({ default: 'Allow', policies: [policy({ ports: [{ protocol: 'TCP', port: 80 }] })] });
    await expect.poll(async () => (await denied()).strays.map(({ protocol }) => protocol)).toContain('TCP');
    expect((await denied()).flows).toEqual([]);
  });

  it('is bounded, and names a caller that fills it', async () => {
    await anew(denyAll);
    await caller.order('ports', server, 1_000, 6_999);
    const { flows, crowded } = await denied();
    expect(flows.length).toBeLessThanOrEqual(4_096);
    expect(flows.length).toBeGreaterThan(3_500);
    expect(crowded).toMatchObject([{ source: client }]);
    expect((crowded[0]?.packets ?? 0) + flows.length).toBe(6_000);
    expect(await kernel.denied(network, signal)).toBeGreaterThanOrEqual(6_000);
  }, 30_000);

  it.each<[string, Rules | undefined]>([
    ['without policies', undefined],
    ['with policies', { default: 'Deny', policies: [policy({ ports: [{ protocol: 'UDP', port: 80 }] })] }],
  ])('counts what passes while it listens, %s, and leaves nothing behind', async (_, rules) => {
    await apply(undefined);
    if (rules !== undefined) await apply(rules);
    const watching = watchFlows(run, network.netns, { forMs: 1_500, clock: systemClock }, signal);
    await expect.poll(() => shell(`ip netns exec ${network.netns} nft list ruleset`)).toContain('goto other');
    await caller.order('ports', server, 80, 81);
    const { flows, missed } = await watching;
    expect(missed).toBe(0);
    const datagrams = flows.filter(({ protocol }) => protocol === 'UDP');
    expect(new Set(datagrams.map(({ source, destination, port }) => `${source} ${destination} ${port}`))).toEqual(
      new Set((rules === undefined ? [80, 81] : [80]).map((port) => `${client} ${server} ${port}`)),
    );
    await expect.poll(() => shell(`ip netns exec ${network.netns} nft list tables`)).not.toContain('watch');
  });

  it('stops to listen when it is interrupted', async () => {
    const stopping = new AbortController();
    const watching = watchFlows(run, network.netns, { forMs: 60_000, clock: systemClock }, stopping.signal);
    await expect.poll(() => shell(`ip netns exec ${network.netns} nft list tables`)).toContain('watch');
    stopping.abort();
    await expect(watching).rejects.toMatchObject({ code: 'Interrupted' });
    await expect.poll(() => shell(`ip netns exec ${network.netns} nft list tables`)).not.toContain('watch');
  });

  it('costs little beside a denial without a record: 5,000 tuples, 10,000 packets a second', async () => {
    const tuples = Array.from({ length: 5_000 }, (_, at) =>
      policy({
        name: `p${at}`,
        to: { namespaces: ['shop'], podSelector: { matchLabels: { app: 'server' } } },
        from: [{ namespaces: [`n${at % 500}`], serviceAccounts: ['web'] }],
        ports: [{ protocol: 'TCP', port: 1_000 + (at % 5_000) }],
      }),
    );
    const others = Array.from({ length: 500 }, (_, at) => ({
      namespace: `n${at}`,
      serviceAccount: 'web',
      labels: {},
      addresses: [`10.77.${8 + (at >> 7)}.${at & 127}`],
    }));
    const access = accessCompiler({ default: 'Deny', policies: tuples })([
      ...members,
      { cluster: 'west', blocks: ['10.77.8.0/22'], pods: others },
    ]);
    expect(access.verdicts.length).toBeGreaterThanOrEqual(5_000);
    await apply(undefined);
    expect([...(await kernel.converge([{ ...network, access }], signal, 'changes')).failures]).toEqual([]);
    const inTable = (line: string): string => shell(`ip netns exec ${network.netns} nft '${line}'`);
    const listing = inTable('list chain inet kubeslice_access denied_flow');
    const record = /update @denied_flows[^\n]*/.exec(listing)?.[0] ?? '';
    expect(record).toContain('counter name "denied" drop');
    const bare = 'counter name "denied" drop';
    const [withRecord, without]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < 4; turn += 1)
      for (const [rule, into] of [
        [record, withRecord],
        [bare, without],
      ] as const) {
        inTable(`flush chain inet kubeslice_access denied_flow; add rule inet kubeslice_access denied_flow ${rule}`);
        into.push(Number(await caller.order('rate', server, 5_555, 10_000, 2)));
      }
    const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
    const perPacket = (all: readonly number[]): string => `${((sum(all) / all.length / 20_000) * 1_000).toFixed(2)} µs`;
    console.log(
      `a denied packet costs its sender ${perPacket(withRecord)} with the record and ${perPacket(without)} without; ratio ${(sum(withRecord) / sum(without)).toFixed(3)}`,
    );
    expect(sum(withRecord) / sum(without)).toBeLessThan(1.3);
  }, 60_000);
});
