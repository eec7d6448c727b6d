import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { execInPod } from './exec.ts';

const message = (channel: number, text: string): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
const success = message(3, JSON.stringify({ status: 'Success' }));

describe('a command in a pod', () => {
  let server: Server;
  let sockets: WebSocketServer;
  let asked: string[];
  let answer: (socket: WebSocket) => void;
  let refuse: { readonly code: number; readonly body: string } | undefined;
  const { signal } = new AbortController();

  beforeEach(async () => {
    asked = [];
    refuse = undefined;
    sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
    server = createServer();
    server.on('upgrade', (request, socket, head) => {
      asked.push(request.url ?? '', request.headers.authorization ?? '', request.headers['sec-websocket-protocol'] ?? '');
      if (refuse !== undefined) {
        socket.end(`HTTP/1.1 ${refuse.code} No\r\ncontent-length: ${refuse.body.length}\r\nconnection: close\r\n\r\n${refuse.body}`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (accepted) => answer(accepted));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    for (const client of sockets.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });

  const exec = (options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}) => {
    const { port } = server.address() as AddressInfo;
    const credential = { kind: 'token' as const, token: async () => 'secret' };
    const command = ['sh', '-c', 'echo "a&b"'];
    return execInPod(
      { server: `http://127.0.0.1:${port}`, credential },
      { namespace: 'n', pod: 'p', container: 'c', command, signal, ...options },
    );
  };

  test('gives what it printed, and code 0', async () => {
    answer = (socket) => {
      for (const part of [message(1, 'he'), message(2, 'oh'), message(1, 'llo'), success]) socket.send(part);
      socket.close();
    };
    expect(await exec()).toEqual({ code: 0, stdout: 'hello', stderr: 'oh' });
    expect(asked).toEqual([
      '/api/v1/namespaces/n/pods/p/exec?container=c&stdout=true&stderr=true&command=sh&command=-c&command=echo%20%22a%26b%22',
      'Bearer secret',
      'v5.channel.k8s.io,v4.channel.k8s.io',
    ]);
  });

  test('gives the exit code of a command that failed', async () => {
    const causes = [{ reason: 'ExitCode', message: '7' }];
    answer = (socket) => {
      socket.send(message(3, JSON.stringify({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes } })));
      socket.close();
    };
    expect(await exec()).toMatchObject({ code: 7 });
  });

  test.each([
    [
      'a container without the program',
      message(3, JSON.stringify({ status: 'Failure', message: 'no such file' })),
      'CommandFailed',
      /no such file/,
    ],
    ['a connection that is lost', message(1, 'half'), 'Unavailable', /lost before/],
  ])('%s is a failure', async (_what, part, code, words) => {
    answer = (socket) => {
      socket.send(part);
      socket.close();
    };
    await expect(exec()).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
  });

  test('what the API server refuses is told in its words', async () => {
    refuse = { code: 403, body: JSON.stringify({ kind: 'Status', message: 'pods "p" is forbidden' }) };
    await expect(exec()).rejects.toMatchObject({ code: 'Forbidden', message: expect.stringContaining('pods "p" is forbidden') });
  });

  test('that does not end is given up, and so is one that is cancelled', async () => {
    answer = () => undefined;
    await expect(exec({ timeoutMs: 20 })).rejects.toMatchObject({ code: 'Timeout' });
    const stopping = new AbortController();
    const running = exec({ signal: stopping.signal });
    stopping.abort();
    await expect(running).rejects.toMatchObject({ code: 'Interrupted' });
  });
});
