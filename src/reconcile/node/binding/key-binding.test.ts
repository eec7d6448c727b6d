import { readdir, readFile, stat } from 'node:fs/promises';
import { connect as dial } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { createNodeKey } from '../../../identity/node/node-key.ts';
import { sessionOptions } from '../../../identity/node/tunnel-session.ts';
import { newLink } from '../../../plan/links/liveness.ts';
import { firstAnswerMs, keyLifeMs } from '../../../plan/tunnels/peer-keys.ts';
import { readLine } from '../../../serving/read-line.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { boundPair, type PairNode } from './fixtures/bound-pair.ts';

const pair = boundPair();

/** A session by which one node gets a key from another one, up to the last answer; the caller closes it. */
const askForKey = async (a: PairNode, b: PairNode): Promise<TLSSocket> => {
  const own = { privateKey: a.key.privateKey, certificate: a.certificate, notAfter: Date.now() + 3_600_000, tunnelKey: a.tunnelKey };
  const session = connect({ ...sessionOptions(own), socket: dial(b.port, '127.0.0.1') });
  session.write(`${JSON.stringify({ version: 1, sliceUID: 'u', from: a.tunnelKey, to: b.tunnelKey })}\n`);
  expect(await readLine(session, 1_024)).toBe('{"ready":true}');
  session.write('{"set":true}\n');
  expect(await readLine(session, 1_024)).toBe('{"done":true}');
  return session;
};

describe('two nodes', () => {
  it('begin closed and agree on a key', async () => {
    const nodes = await pair.nodes();
    await pair.steps(nodes);
    expect(nodes.map(({ use }) => use)).toEqual(['Closed', 'Closed']);
    await pair.agree(nodes);
  });

  it('keep the key over restarts of their agents, in files that root alone reads', async () => {
    const nodes = await pair.nodes();
    await pair.agree(nodes);
    const { use } = nodes[0];
    for (const cluster of ['east', 'west']) {
      const files = await readdir(`${pair.directory}/${cluster}`);
      expect(files).toHaveLength(1);
      for (const file of files) expect((await stat(`${pair.directory}/${cluster}/${file}`)).mode & 0o777).toBe(0o600);
    }
    await pair.restart(nodes[0], nodes[1]);
    await pair.restart(nodes[1], nodes[0]);
    await pair.steps(nodes);
    expect(nodes.map((node) => node.use)).toEqual([use, use]);
  });

  it.each([3, -3])('keep the key when a clock is set by %i hours', async (hours) => {
    const nodes = await pair.nodes();
    await pair.agree(nodes);
    const { use } = nodes[0];
    pair.wallMs = hours * 3_600_000;
    await pair.steps(nodes);
    expect(nodes.map((node) => node.use)).toEqual([use, use]);
  });

  it('agree on the next key when half of the time is over, and keep the present one until then', async () => {
    const nodes = await pair.nodes();
    await pair.agree(nodes);
    const { use } = nodes[0];
    pair.shiftedMs = keyLifeMs / 2;
    const seen = new Set<string>();
    await vi.waitFor(
      async () => {
        pair.answeredAt = pair.clock.monotonic();
        await pair.steps(nodes);
        for (const node of nodes) seen.add(node.use);
        expect(nodes[0].use).not.toBe(use);
        expect(nodes[1].use).toBe(nodes[0].use);
      },
      { timeout: 10_000, interval: 20 },
    );
    expect(seen.has('Closed')).toBe(false);
  });

  it('agree again when one of them lost the key', async () => {
    const nodes = await pair.nodes();
    await pair.agree(nodes);
    const { use } = nodes[1];
    await pair.forget(nodes[1], 'tmpfs', 'disk');
    await pair.restart(nodes[1], nodes[0]);
    await pair.step(nodes[1], nodes[0]);
    expect(nodes[1].use).toBe('Closed');
    // The other one hears nothing any more.
    pair.shiftedMs = 6_000;
    await pair.agree(nodes, use);
  });

  it('begin the first session when the peer answers, or after two seconds', async () => {
    const nodes = await pair.nodes();
    pair.link = newLink(0);
    await pair.steps(nodes);
    await pair.steps(nodes);
    expect(pair.sockets).toEqual([]);
    pair.link = { ...newLink(0), state: 'Up', lastAnswer: pair.clock.monotonic() };
    await pair.agree(nodes);
    const [a, b] = await pair.nodes();
    pair.link = newLink(0);
    await pair.steps([a, b]);
    pair.shiftedMs += 2_000;
    await pair.agree([a, b]);
  });

  it('use a key that they gave only when the other one closes the session, because its answer must arrive', async () => {
    const nodes = await pair.nodes();
    const [a, b] = nodes;
    pair.link = newLink(0);
    await pair.steps(nodes);
    const session = await askForKey(a, b);
    const [stored = ''] = await readdir(`${pair.directory}/west`);
    const { presharedKey } = JSON.parse(await readFile(`${pair.directory}/west/${stored}`, 'utf8')) as { presharedKey: string };
    await pair.step(b, a);
    expect(b.use).toBe('Closed');
    session.end();
    await vi.waitFor(async () => {
      await pair.step(b, a);
      expect(b.use).toBe(presharedKey);
    });
  });

  it('use a key that they gave a second later, when the end of the session is lost, and wait for an answer from then on', async () => {
    const nodes = await pair.nodes();
    const [a, b] = nodes;
    pair.link = newLink(0);
    await pair.steps(nodes);
    const session = await askForKey(a, b);
    const answered = pair.clock.monotonic();
    await vi.waitFor(
      async () => {
        await pair.step(b, a);
        expect(b.use).toMatch(/=$/);
      },
      { timeout: 4_000, interval: 20 },
    );
    expect(pair.clock.monotonic() - answered).toBeGreaterThan(900);
    // Five seconds after it was given, and four after it was used.
    pair.shiftedMs += answered + firstAnswerMs - pair.clock.monotonic();
    await pair.step(b, a);
    expect(b.use).toMatch(/=$/);
    session.destroy();
  });

  it('give a key up after five seconds of silence in a slice that was made again', async () => {
    const nodes = await pair.nodes();
    await pair.agree(nodes);
    const { use } = nodes[0];
    pair.sliceUID = 'v';
    await pair.agree(nodes, use);
    pair.link = newLink(0);
    pair.shiftedMs = firstAnswerMs;
    await pair.steps(nodes);
    expect(nodes.map((node) => node.use)).toEqual(['Closed', 'Closed']);
  });

  it('count the silence of the other one from when the kernel has the key', async () => {
    const nodes = await pair.nodes();
    pair.converges = false;
    await pair.agree(nodes);
    const { use } = nodes[0];
    // Meanwhile an answer arrives to a probe that was sent through the closed tunnel.
    pair.shiftedMs = firstAnswerMs + 1_000;
    pair.link = { ...newLink(0), state: 'Up', lastAnswer: pair.clock.monotonic() };
    await pair.steps(nodes);
    expect(nodes.map((node) => node.use)).toEqual([use, use]);
    pair.converges = true;
    pair.shiftedMs += 1;
    await pair.steps(nodes);
    pair.shiftedMs += firstAnswerMs - 100;
    await pair.steps(nodes);
    expect(nodes.map((node) => node.use)).toEqual([use, use]);
    pair.shiftedMs += 1_000;
    await pair.steps(nodes);
    expect(nodes.map((node) => node.use)).toEqual(['Closed', 'Closed']);
  });

  it('go on with the key of before when one of them reboots', async () => {
    const nodes = await pair.nodes();
    await pair.agree(nodes);
    const { use } = nodes[1];
    await pair.reboot(nodes[1], nodes[0]);
    await pair.step(nodes[1], nodes[0]);
    expect(nodes[1].use).toBe(use);
    // From then on it is on tmpfs again.
    await pair.restart(nodes[1], nodes[0]);
    await pair.step(nodes[1], nodes[0]);
    expect(nodes[1].use).toBe(use);
  });

  it('agree again within seconds when one gave the key up while the other rebooted', async () => {
    const nodes = await pair.nodes();
    await pair.agree(nodes);
    const { use } = nodes[1];
    await pair.forget(nodes[0], 'tmpfs', 'disk');
    await pair.restart(nodes[0], nodes[1]);
    await pair.reboot(nodes[1], nodes[0]);
    pair.shiftedMs = firstAnswerMs + 1_000;
    await pair.agree(nodes, use);
  });

  it('stay closed while one has the certificate of an earlier key, and ask nobody with it', async () => {
    const nodes = await pair.nodes();
    const [a, b] = nodes;
    a.certificate = pair.certificateOf('east', createNodeKey().key);
    await pair.steps(nodes);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(pair.sockets).toEqual([]);
    a.certificate = pair.certificateOf('east', a.key);
    await pair.agree(nodes);
    expect(b.use).toBe(a.use);
  });

  it('close the tunnel when the certificate of one ended, and open it with the next one', async () => {
    const nodes = await pair.nodes();
    const [a, b] = nodes;
    b.certificate = pair.certificateOf('west', b.key, Date.now() - 13 * 3_600_000);
    await pair.steps(nodes);
    expect([a.use, b.use]).toEqual(['Closed', 'Closed']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await pair.step(a, b);
    expect(a.use).toBe('Closed');
    b.certificate = pair.certificateOf('west', b.key);
    await pair.agree(nodes);
  });

  it('name the end of their certificate, and the log has one line about one that has ended', async () => {
    const warnings: unknown[] = [];
    pair.log = { ...quietLog, warn: (message, fields) => void warnings.push([message, fields]) };
    const [a, b] = await pair.nodes();
    const issued = Math.floor(Date.now() / 1_000) * 1_000;
    for (const hours of [13, 1]) {
      a.certificate = pair.certificateOf('east', a.key, issued - hours * 3_600_000);
      for (let again = 0; again < 3; again++) await pair.step(a, b);
      expect(a.binding.certificateEnds('app')).toBe(issued + (12 - hours) * 3_600_000);
    }
    expect(warnings).toEqual([
      [expect.stringContaining('has expired'), { slice: 'app', ended: new Date(issued - 3_600_000).toISOString() }],
    ]);
    a.certificate = pair.certificateOf('east', createNodeKey().key);
    await pair.step(a, b);
    expect(a.binding.certificateEnds('app')).toBeUndefined();
  });
});
