import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { beginsAnywayMs, keyLifeMs, openMs } from '../../../plan/tunnels/peer-keys.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import { boundPair, type PairNode } from './fixtures/bound-pair.ts';

/*
 * Things that happen to two nodes at the same time as they agree on a key.
 */

const pair = boundPair();

/** The tunnel of a node as it was before the node used keys. */
const carriedEverything = (node: PairNode, other: PairNode): void =>
  node.binding.found('app', { publicKey: node.tunnelKey, peers: [{ publicKey: other.tunnelKey, allowedIPs: ['10.0.0.0/24'] }] });
/** Ends a connection of the beginning node once so many parts have gone either way. */
const cutAfter = (parts: number, socket: Socket): void => {
  let count = 0;
  const one = (): void => {
    count += 1;
    if (count > parts) socket.destroy();
  };
  const write = socket.write.bind(socket);
  socket.write = ((...words: Parameters<typeof write>) => {
    one();
    return socket.destroyed ? false : write(...words);
  }) as typeof socket.write;
  socket.prependListener('data', one);
};
/** Two nodes with a key of which half of the time is over; the tunnel works all the time. */
const renewing = async (): Promise<[PairNode, PairNode]> => {
  const nodes = await pair.nodes();
  await pair.agree(nodes);
  pair.shiftedMs = keyLifeMs / 2;
  pair.answeredAt = pair.clock.monotonic();
  return nodes;
};

describe('two nodes that begin to use keys while their tunnel carries packets', () => {
  it('keep it open until they have the first key', async () => {
    const nodes = await pair.nodes();
    const [a, b] = nodes;
    for (const node of nodes) node.states = false;
    await pair.steps(nodes);
    expect(nodes.map(({ use }) => use)).toEqual(['Everything', 'Everything']);
    const seen = new Set<string>();
    a.states = true;
    await pair.steps(nodes);
    b.states = true;
    await pair.agree(nodes, '', seen);
    expect(seen.has('Closed')).toBe(false);
  });

  it('keep it open over the restart of an agent that turns them on, and close it after two minutes without a key', async () => {
    const nodes = await pair.nodes();
    const [a, b] = nodes;
    carriedEverything(a, b);
    await pair.step(a, b);
    expect(a.use).toBe('Open');
    pair.shiftedMs = openMs;
    await pair.step(a, b);
    expect(a.use).toBe('Closed');
    await pair.step(b, a);
    expect(b.use).toBe('Closed');
  });

  it('agree although one does not know yet that the other uses them, whoever begins', async () => {
    for (const late of [0, 1]) {
      const nodes = await pair.nodes();
      const [a, b] = nodes;
      for (const [node, other] of [
        [a, b],
        [b, a],
      ] as const)
        carriedEverything(node, other);
      // The statement of this one has not arrived.
      (nodes[late] as PairNode).states = false;
      await pair.steps(nodes);
      pair.shiftedMs += beginsAnywayMs;
      const seen = new Set<string>();
      await pair.agree(nodes, '', seen);
      expect(seen.has('Closed')).toBe(false);
      (nodes[late] as PairNode).states = true;
      const { use } = a;
      await pair.steps(nodes);
      expect(nodes.map((node) => node.use)).toEqual([use, use]);
    }
  });

  it('agree on one key when both begin at once', async () => {
    const nodes = await pair.nodes();
    const [a, b] = nodes;
    carriedEverything(a, b);
    carriedEverything(b, a);
    b.binding.decide([], new Map());
    await pair.steps(nodes);
    pair.shiftedMs = beginsAnywayMs;
    const begun = new Set<string>();
    pair.onDial = ({ cluster }) => begun.add(cluster);
    for (const socket of pair.sockets) socket.destroy();
    await pair.agree(nodes);
    const { use } = a;
    for (let more = 0; more < 10; more++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await pair.steps(nodes);
      expect(nodes.map((node) => node.use)).toEqual([use, use]);
    }
    expect(begun.size).toBeGreaterThan(0);
  });
});

describe('a session for the next key', () => {
  // Four parts of the handshake and six of the protocol; more are the whole session.
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('that ends after %i parts costs one more session, and closes nothing', async (parts) => {
    const nodes = await renewing();
    const { use } = nodes[0];
    let sessions = 0;
    pair.onDial = (_, socket) => {
      sessions += 1;
      if (sessions === 1) cutAfter(parts, socket);
    };
    const seen = new Set<string>();
    await pair.agree(nodes, use, seen);
    expect(seen.has('Closed')).toBe(false);
    expect(sessions).toBeLessThanOrEqual(2);
  });

  it('goes on while one end gets another certificate', async () => {
    const nodes = await renewing();
    const [a, b] = nodes;
    const { use } = a;
    await pair.step(a, b);
    for (const node of nodes) node.certificate = pair.certificateOf(node.cluster, node.key);
    await pair.agree(nodes, use);
  });

  it.each([3, 4, 5, 6, 7, 8, 9])('survives the end of the agent that began it, after %i parts', async (parts) => {
    const nodes = await renewing();
    const [a, b] = nodes;
    const { use } = a;
    let cut: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      cut = resolve;
    });
    pair.onDial = (_, socket) => {
      cutAfter(parts, socket);
      socket.once('close', cut);
    };
    await pair.step(a, b);
    await ended;
    pair.onDial = () => undefined;
    // The process that ended makes no further step.
    await pair.restart(a, b);
    const seen = new Set<string>();
    await pair.agree(nodes, use, seen);
    expect(seen.has('Closed')).toBe(false);
  });

  it('survives the end of the agent that answered it', async () => {
    const nodes = await renewing();
    const [a, b] = nodes;
    const { use } = a;
    await vi.waitFor(
      async () => {
        await pair.step(a, b);
        expect(a.use).not.toBe(use);
      },
      { timeout: 10_000, interval: 20 },
    );
    await pair.restart(b, a);
    await pair.step(b, a);
    expect(b.use).toBe(a.use);
  });
});

describe('somebody who opens sessions from the address of a node and proves nothing', () => {
  it('gets one answer at a time, a few in a second, and a few lines in the log', async () => {
    const warnings: unknown[] = [];
    pair.log = { ...quietLog, warn: (_, fields) => void warnings.push(fields) };
    const [a, b] = await pair.nodes();
    await pair.steps([a, b]);
    await pair.agree([a, b]);
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1_000;
    let [opened, answered] = [0, 0];
    while (seconds() < 1.5 || opened <= 50) {
      opened += 1;
      await new Promise<void>((resolve) => {
        // It has no certificate.
        const socket = connect({ port: b.port, host: '127.0.0.1', rejectUnauthorized: false, minVersion: 'TLSv1.3' }, () => {
          answered += 1;
        });
        socket.on('error', () => undefined);
        socket.once('close', () => resolve());
      });
    }
    const took = seconds();
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThanOrEqual(2 + 2 * took);
    expect(warnings.length).toBeLessThanOrEqual(1 + 2 * took);
    // The node itself is heard again after five seconds at most.
    pair.shiftedMs = keyLifeMs / 2;
    pair.answeredAt = pair.clock.monotonic();
    await pair.agree([a, b], a.use);
  });
});
