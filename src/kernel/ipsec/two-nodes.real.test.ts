import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../host/run.ts';
import type { PodAttachment, SliceNetwork, TunnelPeer } from '../../plan/facts/slice-network.ts';
import { capture } from '../fixtures/captured-packets.ts';
import { echo, pinger, start } from '../fixtures/measured-path.ts';
import { nodeIdentityIn, type TestIdentity } from '../fixtures/node-identities.ts';
import { cable, obstacleTo, RealNode, realKernel, shell } from '../fixtures/real-node.ts';
import type { LinuxKernel } from '../linux.ts';
import { makeCharonRoot } from './charon-root.ts';
import { childName, connectionsOf } from './connections.ts';
import { readAssociations } from './read-state.ts';
import { withVici } from './vici.ts';

const real = await realKernel();
const obstacle = obstacleTo(real, ['IPsec']) ?? (existsSync('/usr/bin/tcpdump') ? undefined : 'there is no tcpdump');
if (obstacle !== undefined) console.log(`skipped: IPsec between two nodes: ${obstacle}`);
const signal = new AbortController().signal;

describe.skipIf(obstacle !== undefined)('IPsec between two nodes', () => {
  let a: RealNode;
  let b: RealNode;
  let kernelA: LinuxKernel;
  let kernelB: LinuxKernel;
  let east: TestIdentity;
  let west: TestIdentity;
  let networkA: SliceNetwork;
  let networkB: SliceNetwork;
  let client: PodAttachment;
  let server: PodAttachment;

  const peerOf = (network: SliceNetwork, address: string, identity: TestIdentity['stated']): TunnelPeer => ({
    name: network.netns,
    publicKey: network.publicKey,
    endpoint: `${address}:${network.listenPort}`,
    allowedIPs: network.blocks,
    router: network.router,
    keepaliveSeconds: 25,
    renewals: 0,
    identity,
  });
  const reaches = (node: RealNode, pod: PodAttachment, words: string): boolean => {
    try {
      node.inPod(pod, `ping -c 1 -W 1 ${words}`);
      return true;
    } catch {
      return false;
    }
  };
  const answers = (): boolean => reaches(a, client, server.address);
  const answered = () => vi.waitFor(() => expect(answers()).toBe(true), { timeout: 8_000, interval: 20 });
  const converge = async (kernel: LinuxKernel, network: SliceNetwork): Promise<readonly string[]> => {
    const { failures, podFailures, changes } = await kernel.converge([network], signal);
    expect([...failures, ...podFailures]).toEqual([]);
    return changes;
  };
  const associations = (node: RealNode, network: SliceNetwork) =>
    withVici(node.charonSocket(network), async (vici) => readAssociations(await vici.stream('list-sas', 'list-sa'), Date.now()), signal);
  /** SPIs of the CHILD_SAs of a node. */
  const spis = (node: RealNode, network: SliceNetwork): Promise<string[]> =>
    withVici(
      node.charonSocket(network),
      async (vici) =>
        [...JSON.stringify(await vici.stream('list-sas', 'list-sa')).matchAll(/"spi-(?:in|out)":"([0-9a-f]{8})"/g)].map(
          ([, spi = '']) => spi,
        ),
      signal,
    );
  /** Packets that are lost from pod to pod while something happens, beside what a control through the cable loses. */
  const nothingLostDuring = async (what: string, milliseconds: number, happens: () => Promise<unknown>): Promise<void> => {
    const echoing = await start(server, echo);
    const bareEchoing = await start({ netns: `/run/netns/${b.name}` }, echo);
    const [pinging, barePinging] = await Promise.all([
      start(client, pinger(server.address, milliseconds)),
      start({ netns: `/run/netns/${a.name}` }, pinger('192.0.2.2', milliseconds)),
    ]);
    await happens();
    const [{ sent, lost, late }, bare] = (await Promise.all([pinging.ended, barePinging.ended])).map((text) =>
      JSON.parse(text.replace('ready', '')),
    ) as [{ sent: number; lost: number; late: number }, { lost: number; late: number }];
    echoing.stop();
    bareEchoing.stop();
    const seen = `${what}: ${sent} sent, ${lost} lost, ${late} late; by the control ${bare.lost} lost, ${bare.late} late`;
    console.log(seen);
    expect(sent).toBeGreaterThan(milliseconds / 20);
    expect(Math.max(0, lost - 3 * bare.lost), seen).toBe(0);
  };

  beforeAll(async () => {
    if ('obstacle' in real) return;
    a = new RealNode('ia', real.tunnelProgram);
    b = new RealNode('ib', real.tunnelProgram);
    cable(a, b);
    [east, west] = [await nodeIdentityIn(a.directory, 'east'), await nodeIdentityIn(b.directory, 'west')];
    client = a.pod('client', '10.77.0.5');
    server = b.pod('server', '10.77.1.7');
    const further = b.pod('further', '10.77.9.3');
    const [bareA, bareB] = [
      a.network({ driver: 'IPsec', mtu: 1400, router: '10.77.0.1', blocks: ['10.77.0.0/24'], nodeIdentity: east.own }),
      b.network({ driver: 'IPsec', mtu: 1400, router: '10.77.1.1', blocks: ['10.77.1.0/24', '10.77.9.0/29'], nodeIdentity: west.own }),
    ];
    networkA = { ...bareA, pods: [client], peers: [peerOf(bareB, '192.0.2.2', west.stated)] };
    networkB = { ...bareB, pods: [server, further], peers: [peerOf(bareA, '192.0.2.1', east.stated)] };
    kernelA = a.kernel();
    kernelB = b.kernel();
    await converge(kernelA, networkA);
    await converge(kernelB, networkB);
  }, 30_000);

  afterAll(async () => {
    await a?.close();
    await b?.close();
  }, 30_000);

  it('carries packets of pods, whole ones too, and pods of further blocks', async () => {
    await answered();
    expect(reaches(a, client, `-M do -s ${networkA.mtu - 28} ${server.address}`)).toBe(true);
    expect(reaches(a, client, '10.77.9.3')).toBe(true);
    expect(reaches(a, client, networkB.router)).toBe(true);
    const peer = (await kernelA.observe(networkA, signal))?.peers[0];
    expect(peer?.latestHandshake).toBeGreaterThan(Date.now() / 1000 - 60);
    expect([peer?.receivedBytes, peer?.sentBytes].every((bytes) => (bytes ?? 0) > 0)).toBe(true);
  });

  it('has nothing on the wire but ESP in UDP and IKE', async () => {
    await answered();
    const secret = 'kubeslice-in-the-clear';
    const hex = Buffer.from(secret.slice(0, 16)).toString('hex');
    const capturing = await capture(a.name, 'c0', networkA.listenPort, `${a.directory}/wire.pcap`);
    a.inPod(client, `ping -c 5 -i 0.2 -s 200 -p ${hex} ${server.address}`);
    await withVici(a.charonSocket(networkA), (vici) => vici.request('rekey', { child: childName }), signal);
    a.inPod(client, `ping -c 5 -i 0.2 -s 200 -p ${hex} ${server.address}`);
    const known = new Set(await spis(a, networkA));
    const { packets, bytes } = await capturing.stop();
    expect(packets.filter(({ kind }) => kind === 'Other')).toEqual([]);
    expect(packets.filter(({ kind }) => kind === 'ESP').length).toBeGreaterThanOrEqual(20);
    expect(packets.some(({ kind }) => kind === 'IKE')).toBe(true);
    expect(packets.some((packet) => packet.kind === 'ESP' && known.has(packet.spi))).toBe(true);
    expect(bytes.includes(secret.slice(0, 16))).toBe(false);
  });

  it('takes from a peer only what comes from its blocks', async () => {
    const inside = `nsenter --net=/run/netns/${networkA.netns}`;
    shell(`ip -n ${networkA.netns} addr add 10.77.3.3/32 dev lo`);
    const before = (await kernelB.observe(networkB, signal))?.peers[0]?.receivedBytes ?? 0;
    try {
      expect(() => shell(`${inside} ping -c 2 -W 1 -I 10.77.3.3 ${networkB.router}`)).toThrow();
      expect(() => shell(`${inside} ping -c 1 -W 1 -I ${networkA.router} ${networkB.router}`)).not.toThrow();
    } finally {
      shell(`ip -n ${networkA.netns} addr del 10.77.3.3/32 dev lo`);
    }
    const after = (await kernelB.observe(networkB, signal))?.peers[0]?.receivedBytes ?? 0;
    // One echo request with its headers, and not three.
    expect(after - before).toBeLessThan(200);
  });

  it('loses nothing when its keys are replaced under load', async () => {
    await answered();
    await nothingLostDuring('new keys', 4_000, async () => {
      for (const [node, network] of [[a, networkA] as const, [b, networkB] as const]) {
        await withVici(node.charonSocket(network), (vici) => vici.request('rekey', { child: childName }), signal);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    });
  });

  it('loses nothing when both ends authenticate again with new certificates', async () => {
    await answered();
    await nothingLostDuring('new certificates', 7_000, async () => {
      networkA = { ...networkA, nodeIdentity: east.renewed() };
      networkB = { ...networkB, nodeIdentity: west.renewed() };
      expect((await converge(kernelA, networkA)).join()).toContain('set peer');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(await converge(kernelA, networkA)).toEqual([]);
      expect((await converge(kernelB, networkB)).join()).toContain('set peer');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(await converge(kernelB, networkB)).toEqual([]);
    });
    // Both ends have authenticated with the present certificates of both.
    for (const [node, network] of [[a, networkA] as const, [b, networkB] as const]) {
      const [name = ''] = connectionsOf(network).keys();
      const present = (await associations(node, network)).filter(({ connection, isEstablished }) => isEstablished && connection === name);
      expect(present.length).toBeGreaterThan(0);
    }
  }, 40_000);

  it('loses nothing while agents restart', async () => {
    await answered();
    const pids = () => [a, b].map((node) => shell(`cat ${node.directory}/ipsec/processes/*.pid`));
    const before = pids();
    await nothingLostDuring('agents restart', 2_500, async () => {
      kernelA = a.kernel();
      kernelB = b.kernel();
      expect(await converge(kernelA, networkA)).toEqual([]);
      expect(await converge(kernelB, networkB)).toEqual([]);
    });
    expect(pids()).toEqual(before);
  });

  it('lives outside of the agent, and may use networks and nothing else', () => {
    const pid = readFileSync(`${a.directory}/ipsec/processes/${networkA.netns}.pid`, 'utf8');
    const charon = shell(`cat /proc/${pid}/task/*/children`).trim();
    expect(shell(`cat /proc/${charon}/comm`)).toContain('charon');
    for (const one of [pid, charon]) {
      const status = readFileSync(`/proc/${one}/status`, 'utf8');
      for (const set of ['CapPrm', 'CapEff', 'CapBnd']) expect(status, set).toContain(`${set}:\t0000000000001000\n`);
      expect(status).toContain('NoNewPrivs:\t1\n');
      expect(readFileSync(`/proc/${one}/cgroup`, 'utf8')).toContain(`/${a.name}`);
    }
    // The other nodes are reached through the socket on the node alone.
    expect(shell(`nsenter --net=/run/netns/${a.name} ss -Hlun`).trim().split('\n').length).toBe(1);
  });

  it('keeps the files of a running charon, and none of earlier versions', async () => {
    const [present = ''] = readdirSync(a.directory).filter((name) => name.startsWith('charon-'));
    const [used, unused] = ['charon-used', 'charon-unused'].map((name) => `${a.directory}/${name}`);
    shell(`mkdir ${used} ${unused} && mv ${a.directory}/${present} ${a.directory}/kept`);
    const user = spawn('sh', ['-c', 'read line', used as string]);
    try {
      expect(await makeCharonRoot(a.directory, run, signal)).toBe(`${a.directory}/${present}`);
      expect(
        readdirSync(a.directory)
          .filter((name) => name.startsWith('charon-'))
          .toSorted(),
      ).toEqual([present, 'charon-used'].toSorted());
    } finally {
      user.kill();
    }
    await answered();
  });

  it('is left running while it is silent, which the pass reports', async () => {
    await answered();
    const pid = readFileSync(`${a.directory}/ipsec/processes/${networkA.netns}.pid`, 'utf8');
    const charon = shell(`cat /proc/${pid}/task/*/children`).trim();
    shell(`kill -STOP ${charon}`);
    try {
      const { failures } = await kernelA.converge([networkA], signal);
      expect([...failures.values()].map(({ code }) => code)).toEqual(['Timeout']);
    } finally {
      shell(`kill -CONT ${charon}`);
    }
    expect(await converge(kernelA, networkA)).toEqual([]);
    expect(readFileSync(`${a.directory}/ipsec/processes/${networkA.netns}.pid`, 'utf8')).toBe(pid);
    await answered();
  }, 30_000);

  it('is replaced when it stays silent', async () => {
    const pid = readFileSync(`${a.directory}/ipsec/processes/${networkA.netns}.pid`, 'utf8');
    shell(`kill -STOP ${shell(`cat /proc/${pid}/task/*/children`).trim()}`);
    for (let pass = 0; pass < 3; pass += 1) expect((await kernelA.converge([networkA], signal)).failures.size).toBe(1);
    expect((await converge(kernelA, networkA)).join()).toContain('make tunnel');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await answered();
  }, 90_000);

  it('is whole again after its process was killed', async () => {
    a.loseTunnel(networkA);
    expect((await converge(kernelA, networkA)).join()).toContain('make tunnel');
    await answered();
  });

  it('gives a node nothing that is not who its cluster stated', async () => {
    const thief = new RealNode('it', 'obstacle' in real ? '' : real.tunnelProgram);
    try {
      shell(`ip link add c1 netns ${thief.name} type veth peer name c1 netns ${b.name}`);
      shell(`ip -n ${thief.name} addr add 192.0.3.1/24 dev c1 && ip -n ${thief.name} link set c1 up`);
      shell(`ip -n ${b.name} addr add 192.0.3.2/24 dev c1 && ip -n ${b.name} link set c1 up`);
      const pod = thief.pod('client', '10.77.0.99');
      const kernel = thief.kernel();
      const posed = (nodeIdentity: TestIdentity['own']): SliceNetwork => ({
        ...thief.network({ driver: 'IPsec', router: networkA.router, blocks: networkA.blocks, nodeIdentity }),
        privateKeyFile: networkA.privateKeyFile,
        publicKey: networkA.publicKey,
        pods: [pod],
        peers: [peerOf(networkB, '192.0.3.2', west.stated)],
      });
      /** IKE_SAs of strangers at the other end, by their addresses there. */
      const upAtB = async (): Promise<unknown[]> => {
        const events = await withVici(b.charonSocket(networkB), (vici) => vici.stream('list-sas', 'list-sa'), signal);
        const all = events.flatMap((event) => Object.values(event)) as { readonly state: string; readonly 'remote-host': string }[];
        return all.filter((one) => one.state === 'ESTABLISHED' && Number(one['remote-host'].split('.')[1]) >= 128);
      };
      const another = await nodeIdentityIn(thief.directory, 'east');
      const neighbour = east.another(thief.directory);
      for (const [who, identity] of [
        ['of another authority of that name', another.own],
        ['of another node of the cluster', neighbour],
        ['of the node, without its key', { ...east.own, privateKeyFile: neighbour.privateKeyFile }],
      ] as const) {
        const network = posed(identity);
        await kernel.converge([network], signal);
        await kernel.converge([network], signal);
        for (let attempt = 0; attempt < 3; attempt += 1) expect(reaches(thief, pod, server.address), who).toBe(false);
        expect((await kernel.observe(network, signal))?.peers[0]?.latestHandshake, who).toBe(0);
        expect(await upAtB(), who).toEqual([]);
      }
      expect(answers()).toBe(true);
      // The control: with the key and the certificate of the node, this very machine is taken for it.
      await kernel.converge([posed(east.own)], signal);
      await vi.waitFor(
        async () => {
          await kernel.converge([posed(east.own)], signal);
          expect(await upAtB()).not.toEqual([]);
        },
        { timeout: 8_000, interval: 200 },
      );
    } finally {
      await thief.close();
    }
  }, 60_000);

  it('carries nothing for a node without a certificate, and to a peer without a stated key', async () => {
    const { nodeIdentity: _, ...without } = networkA;
    await converge(kernelA, without);
    expect(answers()).toBe(false);
    await converge(kernelA, networkA);
    await answered();
    await converge(kernelB, { ...networkB, peers: networkB.peers.map(({ identity: __, ...peer }) => peer) });
    expect(answers()).toBe(false);
    await converge(kernelB, networkB);
    await converge(kernelA, networkA);
    await answered();
  }, 30_000);

  it('leaves no process, namespace or file when the slice goes', async () => {
    const pid = readFileSync(`${a.directory}/ipsec/processes/${networkA.netns}.pid`, 'utf8');
    const charon = shell(`cat /proc/${pid}/task/*/children`).trim();
    await kernelA.converge([], signal);
    for (const one of [pid, charon]) expect(existsSync(`/proc/${one}`)).toBe(false);
    expect(existsSync(`/run/netns/${networkA.netns}`)).toBe(false);
    expect(readdirSync(`${a.directory}/ipsec`)).toEqual(['processes']);
    expect(readdirSync(`${a.directory}/ipsec/processes`)).toEqual([]);
    // Charon said good-bye: the other end does not wait for an answer.
    await vi.waitFor(async () => expect(await associations(b, networkB)).toEqual([]), { timeout: 3_000, interval: 50 });
    await converge(kernelA, networkA);
  });
});
