import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import type { Program } from '../host/program.ts';
import { Failure } from '../values/failure.ts';

/** Port of the echo server that `kubeslice verify` starts. */
export const echoPort = 8007;

/** Returns what it receives on one TCP and UDP port (RFC 862), until its signal aborts. It is the server of the acceptance test. */
export const run: Program = async ({ args, signal }) => {
  const port = args[0] === undefined ? echoPort : Number(args[0]);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Failure('InvalidInput', `"${args[0]}" is no port; name one from 1 to 65535.`);
  const open = new Set<Socket>();
  const streams = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    socket.pipe(socket);
  });
  const datagrams = createSocket('udp4');
  datagrams.on('message', (message, from) => datagrams.send(message, from.port, from.address, () => undefined));
  await Promise.all([
    new Promise<void>((resolve, reject) => {
      streams.once('error', reject);
      streams.listen(port, '0.0.0.0', resolve);
    }),
    new Promise<void>((resolve, reject) => {
      datagrams.once('error', reject);
      datagrams.bind(port, '0.0.0.0', resolve);
    }),
  ]);
  process.stdout.write(`listens on port ${port}\n`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  streams.close();
  datagrams.close();
  for (const socket of open) socket.destroy();
  return 0;
};
