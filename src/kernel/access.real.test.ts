import { spawn } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PodAttachment, SliceNetwork } from '../plan/facts/slice-network.ts';
import { anyPolicies, knownOf } from '../plan/fixtures/policies.ts';
import type { AccessMember, AccessPolicyFacts } from '../plan/policy/access.ts';
import { accessCompiler } from '../plan/policy/compile.ts';
import { judgeFlow, type Rules } from '../plan/policy/judge.ts';
import { SliceServices } from '../plan/services/slice-services.ts';
import { cable, obstacleTo, RealNode, realKernel } from './fixtures/real-node.ts';
import type { LinuxKernel } from './linux.ts';

const real = await realKernel();
const obstacle = obstacleTo(real, ['WireGuardUserspace']);
if (obstacle !== undefined) console.log(`skipped: policies between two nodes: ${obstacle}`);
const signal = new AbortController().signal;

/** Answers on TCP and UDP ports 80, 81 and 8085, and each TCP byte with the same byte. */
const serving = `
const ports = [80, 81, 8085]; let open = 0; const ready = () => ++open === 6 && console.log('ready');
for (const port of ports) {
  require('net').createServer((s) => { s.on('data', (d) => s.write(d)); s.on('error', () => {}); }).listen(port, '0.0.0.0', ready);
  const u = require('dgram').createSocket('udp4'); u.on('message', (m, r) => u.send(m, r.port, r.address)); u.bind(port, ready);
}`;

/** For each line of JSON (a list of calls) prints one (whether each was answered). */
const calling = `
const net = require('net'), dgram = require('dgram');
const tcp = (address, port) => new Promise((done) => { const s = net.connect(port, address); const end = (is) => { s.destroy(); done(is); };
  s.setTimeout(400, () => end(false)); s.on('error', () => end(false)); s.on('connect', () => s.write('?')); s.on('data', () => end(true)); });
const udp = (address, port) => new Promise((done) => { const s = dgram.createSocket('udp4'); const end = (is) => { s.close(); done(is); };
  const t = setTimeout(() => end(false), 400); s.on('message', () => { clearTimeout(t); end(true); }); s.send('?', port, address); });
require('readline').createInterface(process.stdin).on('line', async (line) => console.log(JSON.stringify(await Promise.all(JSON.parse(line).map(([protocol, address, port]) => (protocol === 'TCP' ? tcp : udp)(address, port))))));
console.log('ready');`;

type Call = readonly ['TCP' | 'UDP', string, number];

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
    call: async (calls: readonly Call[]): Promise<boolean[]> => {
      child.stdin.write(`${JSON.stringify(calls)}\n`);
      return JSON.parse(await line()) as boolean[];
    },
    line,
    stop: () => child.kill('SIGKILL'),
  };
};

describe.skipIf(obstacle !== undefined)('policies between two nodes', () => {
  let a: RealNode;
  let b: RealNode;
  let kernelA: LinuxKernel;
  let kernelB: LinuxKernel;
  let networkA: SliceNetwork;
  let networkB: SliceNetwork;
  const pods = new Map<string, PodAttachment>();
  const running: { stop: () => void }[] = [];

  /** The cluster east is node a, west is node b; nobody knows an identity of the last pod of each. */
  const members: readonly AccessMember[] = [
    {
      cluster: 'east',
      blocks: ['10.77.0.0/24'],
      pods: [
        { namespace: 'shop', serviceAccount: 'web', labels: { app: 'web' }, addresses: ['10.77.0.2'] },
        { namespace: 'pay', serviceAccount: 'job', labels: { tier: 'db' }, addresses: ['10.77.0.3'] },
      ],
    },
    {
      cluster: 'west',
      blocks: ['10.77.1.0/24'],
      pods: [{ namespace: 'shop', serviceAccount: 'web', labels: { app: 'web' }, labelKeys: ['app'], addresses: ['10.77.1.2'] }],
    },
  ];
  const addresses = ['10.77.0.2', '10.77.0.3', '10.77.0.4', '10.77.1.2', '10.77.1.3'];
  const at = (address: string): PodAttachment => {
    const pod = pods.get(address);
    if (pod === undefined) throw new Error(`there is no pod ${address}`);
    return pod;
  };

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

  /** Puts policies in force; `where` leaves one end without them, as an attacker would. */
  const apply = async (rules: Rules, where: 'both' | 'a' | 'b' = 'both'): Promise<number> => {
    const access = accessCompiler(rules)(members);
    const began = performance.now();
    const outcomes = await Promise.all([
      kernelA.converge([where === 'b' ? networkA : { ...networkA, access }], signal, 'changes'),
      kernelB.converge([where === 'a' ? networkB : { ...networkB, access }], signal, 'changes'),
    ]);
    for (const { failures } of outcomes) expect([...failures]).toEqual([]);
    return performance.now() - began;
  };
  const policy = (rest: Partial<AccessPolicyFacts>): AccessPolicyFacts => ({ name: 'p', scope: 'slice', action: 'Allow', to: {}, ...rest });

  beforeAll(async () => {
    if ('obstacle' in real) return;
    a = new RealNode('pa', real.tunnelProgram);
    b = new RealNode('pb', real.tunnelProgram);
    cable(a, b);
    for (const address of addresses) pods.set(address, (address.startsWith('10.77.0.') ? a : b).pod(address.replaceAll('.', '-'), address));
    const [bareA, bareB] = [
      a.network({ router: '10.77.0.1', blocks: ['10.77.0.0/24'] }),
      b.network({ router: '10.77.1.1', blocks: ['10.77.1.0/24'] }),
    ];
    networkA = { ...bareA, pods: addresses.slice(0, 3).map(at), peers: peerOf(bareB, '192.0.2.2') };
    networkB = { ...bareB, pods: addresses.slice(3).map(at), peers: peerOf(bareA, '192.0.2.1') };
    kernelA = a.kernel();
    kernelB = b.kernel();
    for (const outcome of [await kernelA.converge([networkA], signal), await kernelB.converge([networkB], signal)])
      expect([...outcome.failures, ...outcome.podFailures]).toEqual([]);
    for (const address of addresses) running.push(await start(at(address), serving));
  }, 60_000);

  afterAll(async () => {
    for (const { stop } of running) stop();
    await a?.close();
    await b?.close();
  });

  it('gives the verdict of the reference to real packets, for random policies', async () => {
    const callers = new Map(await Promise.all(addresses.map(async (address) => [address, await start(at(address), calling)] as const)));
    running.push(...callers.values());
    // Tunnels need a first handshake.
    await callers.get('10.77.0.2')?.call([['TCP', '10.77.1.2', 80]]);
    let [allowed, denied] = [0, 0];
    const samples = fc.sample(fc.tuple(anyPolicies, fc.constantFrom('Allow' as const, 'Deny' as const)), { numRuns: 40, seed: 12 });
    for (const [policies, otherwise] of samples) {
      const rules = { default: otherwise, policies };
      await apply(rules);
      await Promise.all(
        [...callers].map(async ([source, { call }]) => {
          const calls = addresses
            .filter((address) => address !== source)
            .flatMap((address): Call[] => [
              ['TCP', address, 80],
              ['TCP', address, 8085],
              ['UDP', address, 80],
              ['UDP', address, 81],
            ]);
          const expected = calls.map(([protocol, destination, port]) => {
            const flow = { source: knownOf(source, members), destination: knownOf(destination, members), protocol, port };
            return judgeFlow(rules, flow).allowed;
          });
          let seen = await call(calls);
          // A busy machine answers late; but what is denied is never answered.
          for (let attempt = 0; attempt < 20 && seen.some((is, index) => !is && expected[index] === true); attempt += 1) {
            const again = await call(calls);
            seen = seen.map((is, index) => is || again[index] === true);
          }
          expect(seen, `${source}: ${JSON.stringify([rules, calls])}`).toEqual(expected);
          allowed += expected.filter((is) => is).length;
          denied += expected.filter((is) => !is).length;
        }),
      );
    }
    console.log(`${allowed} real calls were allowed and ${denied} denied, as the reference says`);
    expect(Math.min(allowed, denied)).toBeGreaterThan(500);
  }, 180_000);

  it.each(['a', 'b'] as const)('denies at each end alone: %s', async (where) => {
    const caller = await start(at('10.77.0.2'), calling);
    running.push(caller);
    const deny = policy({
      action: 'Deny',
      to: { clusters: ['west'] },
      from: [{ namespaces: ['shop'] }],
      ports: [{ protocol: 'TCP', port: 80 }],
    });
    const calls: Call[] = [
      ['TCP', '10.77.1.2', 80],
      ['TCP', '10.77.1.2', 81],
    ];
    await apply({ default: 'Allow', policies: [deny] }, where);
    expect(await caller.call(calls)).toEqual([false, true]);
    await apply({ default: 'Allow', policies: [] });
    expect(await caller.call(calls)).toEqual([true, true]);
  });

  it.each(['Allow', 'Deny'] as const)(
    'ends a running connection when it is revoked, and lets its twin run (default %s)',
    async (otherwise) => {
      const streaming = (port: number): string => `
      const s = require('net').connect(${port}, '10.77.1.2'); let last = 0;
      s.on('connect', () => { console.log('ready'); setInterval(() => s.write('?'), 5); });
      s.on('data', () => { last = Date.now(); });
      require('readline').createInterface(process.stdin).on('line', () => console.log(JSON.stringify(last)));`;
      const allow = (...ports: number[]): Rules => ({
        default: otherwise,
        policies: [
          policy({
            to: { clusters: ['west'] },
            from: [{ namespaces: ['shop'], serviceAccounts: ['web'] }],
            ports: ports.map((port) => ({ protocol: 'TCP' as const, port })),
          }),
        ],
      });
      await apply(allow(80, 81));
      const [revoked, twin] = [await start(at('10.77.0.2'), streaming(80)), await start(at('10.77.0.2'), streaming(81))];
      running.push(revoked, twin);
      const lastOf = async ({ call }: typeof twin): Promise<number> => Number(await call([]));
      await expect.poll(() => lastOf(revoked)).toBeGreaterThan(0);
      const before = Date.now();
      const took = await apply(allow(81));
      const after = Date.now();
      await expect.poll(async () => Date.now() - (await lastOf(revoked)), { timeout: 3_000 }).toBeGreaterThan(500);
      const last = await lastOf(revoked);
      console.log(`revoked in ${took.toFixed(0)} ms; the last answer came ${last - before} ms after the change began`);
      expect(last).toBeLessThanOrEqual(after + 50);
      expect(Date.now() - (await lastOf(twin))).toBeLessThan(200);
    },
    20_000,
  );

  it('judges a call to a service address by the pod and the port that it leads to, at both ends', async () => {
    const caller = await start(at('10.77.0.2'), calling);
    running.push(caller);
    const targets = [{ address: '10.77.1.2', port: 8085 }];
    const ports = (['TCP', 'UDP'] as const).map((protocol) => ({ protocol, port: 443, targets }));
    const service = { address: '10.77.240.1', sticky: false, ports, alive: ['10.77.1.2'], down: [] };
    const before = networkA;
    networkA = { ...networkA, services: SliceServices.none('10.77.240.0/20').with([['shop/web', service]]) };
    const calls: Call[] = [
      ['TCP', '10.77.240.1', 443],
      ['UDP', '10.77.240.1', 443],
    ];
    const to = { namespaces: ['shop'] };
    const port = (number: number) => (['TCP', 'UDP'] as const).map((protocol) => ({ protocol, port: number }));
    for (const where of ['both', 'a', 'b'] as const) {
      await apply({ default: 'Deny', policies: [policy({ to, ports: port(8085) })] }, where);
      expect(await caller.call(calls), `the port of the pod is allowed, ${where}`).toEqual([true, true]);
      await apply({ default: 'Deny', policies: [policy({ to, ports: port(443) })] }, where);
      expect(await caller.call(calls), `only another port is allowed, ${where}`).toEqual([false, false]);
    }
    networkA = before;
    await apply({ default: 'Allow', policies: [] });
  });

  it('lets routers answer, and large packets fragment, where nothing else may pass', async () => {
    await apply({ default: 'Deny', policies: [policy({ from: [{ namespaces: ['shop'] }], ports: [{ protocol: 'UDP', port: 80 }] })] });
    expect(a.inPod(at('10.77.0.2'), 'ping -c 1 -W 1 10.77.1.1')).toContain('1 received');
    expect(() => a.inPod(at('10.77.0.2'), 'ping -c 1 -W 1 10.77.1.2')).toThrow();
    const large =
      "const s=require('dgram').createSocket('udp4');s.on('message',(m)=>{console.log(m.length);process.exit()});s.send(Buffer.alloc(4000),80,'10.77.1.2');setTimeout(()=>process.exit(),1500)";
    expect(a.inPod(at('10.77.0.2'), `${process.execPath} -e "${large}"`).trim()).toBe('4000');
  });
});
