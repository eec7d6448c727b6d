import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withVici } from './vici.ts';
import { encodeVici, type ViciSection, viciName } from './vici-message.ts';

const signal = new AbortController().signal;
let folder: string;
let path: string;
let server: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vici-'));
  path = join(folder, 's');
});
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(0) : server.close(resolve)));
  server = undefined;
  rmSync(folder, { recursive: true });
});

const framed = (...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
};
const response = (message: ViciSection = {}): Buffer => framed(Buffer.of(1), encodeVici(message));
const event = (name: string, message: ViciSection): Buffer => framed(Buffer.of(7), viciName(name), encodeVici(message));
const confirmed = framed(Buffer.of(5));

/** Answers each packet, given its type and name; undefined ends the connection. */
const listen = async (
  answer: (type: number, name: string) => Buffer | undefined,
  write = (socket: Socket, bytes: Buffer) => void socket.write(bytes),
) => {
  server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE()) {
        const body = bytes.subarray(4, 4 + bytes.readUInt32BE());
        bytes = bytes.subarray(4 + body.length);
        const answered = answer(body[0] ?? 0, body.subarray(2, 2 + (body[1] ?? 0)).toString());
        if (answered === undefined) socket.destroy();
        else write(socket, answered);
      }
    });
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
};

describe('a connection to charon', () => {
  it('answers requests in their order', async () => {
    await listen((_, name) => response({ name }));
    const answers = await withVici(path, (vici) => Promise.all(['one', 'two', 'three'].map((name) => vici.request(name))), signal);
    expect(answers).toEqual([{ name: 'one' }, { name: 'two' }, { name: 'three' }]);
  });

  it('collects the events of a command, also when they arrive byte by byte', async () => {
    const seen: string[] = [];
    await listen(
      (type, name) => {
        seen.push(`${type} ${name}`);
        if (type !== 0) return confirmed;
        return Buffer.concat([event('list-sa', { a: 'x' }), event('list-sa', { b: ['y'] }), response()]);
      },
      (socket, bytes) => {
        for (const byte of bytes) socket.write(Buffer.of(byte));
      },
    );
    expect(await withVici(path, (vici) => vici.stream('list-sas', 'list-sa'), signal)).toEqual([{ a: 'x' }, { b: ['y'] }]);
    expect(seen).toEqual(['3 list-sa', '0 list-sas', '4 list-sa']);
  });

  it("fails with charon's own words", async () => {
    await listen(() => response({ success: 'no', errmsg: 'parsing failed' }));
    await expect(withVici(path, (vici) => vici.request('load-conn'), signal)).rejects.toMatchObject({
      code: 'CommandFailed',
      message: expect.stringContaining('parsing failed'),
    });
  });

  it('says when charon does not know a command', async () => {
    await listen((type) => (type === 0 ? framed(Buffer.of(2)) : confirmed));
    await expect(withVici(path, (vici) => vici.request('new-one'), signal)).rejects.toMatchObject({ code: 'CapabilityMissing' });
  });

  it('fails when nobody listens, when charon ends, when it is silent, and when it speaks something else', async () => {
    await expect(withVici(path, (vici) => vici.request('version'), signal)).rejects.toMatchObject({ code: 'Unavailable' });
    await listen((_, name) => (name === 'end' ? undefined : name === 'talk' ? Buffer.from('HTTP/1.1 400') : Buffer.alloc(0)));
    await expect(withVici(path, (vici) => vici.request('end'), signal)).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(withVici(path, (vici) => vici.request('talk'), signal)).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(withVici(path, (vici) => vici.request('wait'), signal, 50)).rejects.toMatchObject({ code: 'Timeout' });
  });

  it('ends with its signal', async () => {
    await listen(() => Buffer.alloc(0));
    const ending = new AbortController();
    const work = withVici(path, (vici) => vici.request('wait'), ending.signal);
    setTimeout(() => ending.abort(), 20);
    await expect(work).rejects.toMatchObject({ code: 'Interrupted' });
    await expect(withVici(path, (vici) => vici.request('wait'), ending.signal)).rejects.toMatchObject({ code: 'Interrupted' });
  });
});
