import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { listen } from './listen.ts';

const here = { host: '127.0.0.1', port: 0 };

it('says what cannot be done where somebody listens already, and frees the port', async () => {
  const server = createServer();
  let closed = 0;
  const first = await listen(server, here, 'unused', () => void (closed += 1));
  const at = { host: here.host, port: first.port };
  await expect(listen(createServer(), at, `Nothing can be served on ${at.port}`)).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringMatching(new RegExp(`^Nothing can be served on ${at.port}: .*EADDRINUSE.*\\.$`)),
  });
  await first.stop();
  expect(closed).toBe(1);
  const again = await listen(createServer(), at, 'The port is still taken');
  await again.stop();
});

it('survives an accept that fails later', async () => {
  const server = createServer();
  const { stop } = await listen(server, here, 'unused');
  expect(() => server.emit('error', new Error('too many open files'))).not.toThrow();
  await stop();
});
