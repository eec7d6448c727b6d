import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Answer, ResourceRecord } from '../plan/names/record.ts';
import { systemClock } from '../values/clock.ts';
import { handClock } from '../values/fixtures/hand-clock.ts';
import { decodeMessage, encodeMessage, type Message } from './codec/message.ts';
import { noMetrics, type ServerMetrics } from './metrics.ts';
import { type ServerOptions, startServer } from './server.ts';
import type { Listener } from './udp.ts';

const records = (count: number): ResourceRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    name: 'a.slice.local',
    ttl: 5,
    data: { type: 'A', address: `10.0.${index >> 8}.${index & 255}` },
  }));
const answerOf = (count: number): Answer => ({
  code: 'NOERROR',
  authoritative: true,
  answers: records(count),
  authority: [],
  additional: [],
});
const query = (id: number): Buffer =>
  Buffer.from(
    encodeMessage({
      id,
      response: false,
      opcode: 0,
      authoritative: false,
      truncated: false,
      recursionDesired: false,
      recursionAvailable: false,
      authenticData: false,
      checkingDisabled: false,
      code: 0,
      questions: [{ name: 'a.slice.local', type: 'A', class: 1 }],
      answers: [],
      authority: [],
      additional: [],
    }),
  );
/** Waits for a condition; long, because other work on the machine may be heavy. */
const until = (condition: () => boolean): Promise<boolean> => vi.waitUntil(condition, { timeout: 60_000, interval: 5 });

const framed = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);

let server: Listener | undefined;
let sockets: Socket[] = [];
let dropped: string[] = [];
const metrics: ServerMetrics = { ...noMetrics, dropped: (_, reason) => dropped.push(reason) };

const start = async (change: Partial<ServerOptions> = {}): Promise<Listener> => {
  server = await startServer({
    listen: { host: '127.0.0.1', port: 0 },
    answer: () => answerOf(3),
    random: () => 0,
    metrics,
    signal: new AbortController().signal,
    ...change,
  });
  return server;
};

const dial = async (port: number): Promise<{ socket: Socket; messages: Message[]; closed: () => boolean }> => {
  const socket = connect({ host: '127.0.0.1', port });
  sockets.push(socket);
  socket.on('error', () => undefined);
  const messages: Message[] = [];
  let unread = Buffer.alloc(0);
  let isClosed = false;
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
      const end = 2 + unread.readUInt16BE(0);
      messages.push(decodeMessage(unread.subarray(2, end)));
      unread = unread.subarray(end);
    }
  });
  socket.on('close', () => {
    isClosed = true;
  });
  await once(socket, 'connect');
  return { socket, messages, closed: () => isClosed };
};

beforeEach(() => {
  dropped = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await server?.stop();
  server = undefined;
});

vi.setConfig({ testTimeout: 30_000 });

describe('over UDP', () => {
  test.each(['127.0.0.1', '::1'])('a query to %s is answered, junk is not', async (host) => {
    const { port } = await start({ listen: { host, port: 0 } });
    const socket = createSocket(host === '::1' ? 'udp6' : 'udp4');
    const received: Message[] = [];
    socket.on('message', (bytes) => received.push(decodeMessage(bytes)));
    socket.send(Buffer.from('junk'), port, host);
    for (let id = 1; id <= 20; id++) socket.send(query(id), port, host);
    await until(() => received.length === 20);
    expect(received.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(received[0]?.answers).toHaveLength(3);
    expect(dropped).toEqual(['not-a-query']);
    socket.close();
  });
});

describe('over TCP', () => {
  test('queries are answered in order, sent one by one, together, or byte by byte', async () => {
    const { port } = await start();
    const { socket, messages } = await dial(port);
    socket.write(framed(query(1)));
    socket.write(Buffer.concat([framed(query(2)), framed(query(3)), framed(query(4)).subarray(0, 1)]));
    await until(() => messages.length === 3);
    for (const byte of framed(query(4)).subarray(1)) socket.write(Buffer.from([byte]));
    await until(() => messages.length === 4);
    expect(messages.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  });

  test('what UDP truncates arrives whole', async () => {
    const { port } = await start({ answer: () => answerOf(200) });
    const { socket, messages } = await dial(port);
    socket.write(framed(query(1)));
    await until(() => messages.length === 1);
    expect([messages[0]?.answers.length, messages[0]?.truncated]).toEqual([200, false]);
  });

  test('a client that stops sending still gets its answers', async () => {
    const { port } = await start();
    const { socket, messages, closed } = await dial(port);
    socket.end(Buffer.concat([framed(query(1)), framed(query(2))]));
    await until(closed);
    expect(messages).toHaveLength(2);
  });

  test.each([
    ['shorter than a header', Buffer.from([0, 5, 1, 2, 3, 4, 5])],
    ['longer than any query', Buffer.from([0xff, 0xff])],
  ])('a message %s ends the connection', async (_, bytes) => {
    const { port } = await start();
    const { socket, closed } = await dial(port);
    socket.write(bytes);
    await until(closed);
    expect(dropped).toEqual(['length']);
  });

  test('a connection that drips bytes without a whole query is closed in time', async () => {
    const clock = handClock();
    const { port } = await start({ clock });
    const { socket, closed, messages } = await dial(port);
    socket.write(framed(query(1)));
    await until(() => messages.length === 1);
    clock.advance(19_000);
    socket.write(Buffer.from([0, 20, 3]));
    const other = await dial(port);
    other.socket.write(framed(query(2)));
    await until(() => other.messages.length === 1);
    expect(dropped).toEqual([]);
    clock.advance(1_000);
    expect(dropped).toEqual(['idle']);
    await until(closed);
    expect(other.closed()).toBe(false);
  });

  test('a client that asks much and reads nothing holds little, and the others are served', async () => {
    let asked = 0;
    const large = answerOf(1000);
    const clock = handClock();
    const { port } = await start({
      clock,
      answer: () => {
        asked++;
        return large;
      },
    });
    const { socket } = await dial(port);
    socket.pause();
    const flood = Buffer.concat(Array.from({ length: 5000 }, (_, id) => framed(query(id))));
    socket.write(flood);
    await until(() => asked > 0);
    const other = await dial(port);
    other.socket.write(framed(query(9)));
    await until(() => other.messages.length === 1);
    clock.advance(20_000);
    expect(dropped).toContain('idle');
    expect(asked).toBeLessThan(1500);
  });

  test('a slow reader gets everything in the end', async () => {
    const large = answerOf(1000);
    const { port } = await start({ answer: () => large });
    const { socket, messages } = await dial(port);
    socket.pause();
    socket.write(Buffer.concat(Array.from({ length: 100 }, (_, id) => framed(query(id)))));
    socket.resume();
    await until(() => messages.length === 100);
    expect(messages.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, id) => id));
  });

  test('beyond the limit, the connection idle longest makes room', async () => {
    const { port } = await start({ tcp: { connections: 2 } });
    const first = await dial(port);
    const second = await dial(port);
    first.socket.write(framed(query(1)));
    await until(() => first.messages.length === 1);
    const third = await dial(port);
    await until(second.closed);
    first.socket.write(framed(query(2)));
    third.socket.write(framed(query(3)));
    await until(() => first.messages.length === 2 && third.messages.length === 1);
    expect(dropped).toEqual(['evicted']);
  });
});

describe('starting and stopping', () => {
  test('answers that are out are delivered, connections end, the port is free again', async () => {
    const running = await start();
    const { socket, messages, closed } = await dial(running.port);
    socket.write(framed(query(1)));
    await until(() => messages.length === 1);
    await Promise.all([running.stop(), running.stop()]);
    await until(closed);
    const again = await start({ listen: { host: '127.0.0.1', port: running.port } });
    expect(again.port).toBe(running.port);
  });

  test('does not wait for ever for a client that keeps its connection', async () => {
    const running = await start({ tcp: { drainMs: 50 } });
    const socket = connect({ host: '127.0.0.1', port: running.port, allowHalfOpen: true });
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write(framed(query(1)));
    await once(socket, 'data');
    await running.stop();
  });

  test('an address in use is refused with a sentence', async () => {
    const { port } = await start();
    await expect(
      startServer({
        listen: { host: '127.0.0.1', port },
        answer: () => answerOf(1),
        random: () => 0,
        clock: systemClock,
        signal: new AbortController().signal,
      }),
    ).rejects.toThrow(`Cannot listen on UDP 127.0.0.1 port ${port}`);
  });

  test('is not started after it was called off', async () => {
    await expect(start({ signal: AbortSignal.abort() })).rejects.toThrow();
  });
});
