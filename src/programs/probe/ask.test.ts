import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askAll } from './ask.ts';

const address = '127.0.0.1';

describe('a question that is tried', () => {
  let tcp: Server;
  let udp: Socket;
  let deaf: number;
  const portOf = (server: Server | Socket): number => (server.address() as AddressInfo).port;

  beforeAll(async () => {
    tcp = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    udp = createSocket('udp4');
    udp.on('message', (message, from) => udp.send(message, from.port, from.address));
    await new Promise<void>((resolve) => tcp.listen(0, address, resolve));
    await new Promise<void>((resolve) => udp.bind(0, address, resolve));
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, address, resolve));
    deaf = portOf(gone);
    await new Promise((resolve) => gone.close(resolve));
  });
  afterAll(() => {
    tcp.close();
    udp.close();
  });

  test('is answered in order, each with how it ended', async () => {
    const answers = await askAll([
      { kind: 'tcp', address, port: portOf(tcp) },
      { kind: 'tcp', address, port: portOf(tcp), echoBytes: 65_536 },
      { kind: 'tcp', address, port: deaf },
      { kind: 'udp', address, port: portOf(udp), bytes: 1372 },
      { kind: 'https', url: `https://${address}:${deaf}/` },
    ]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['answered', 'answered', 'refused', 'answered', 'refused']);
    expect(answers.every(({ ms }) => ms >= 0)).toBe(true);
  });

  test('about a name of no server is silent, not a failure of the program', async () => {
    const [answer] = await askAll([{ kind: 'name', name: 'web.app.svc.slice.local', servers: [`${address}:${deaf}`] }]);
    expect(answer).toMatchObject({ outcome: 'silent' });
  });
});
