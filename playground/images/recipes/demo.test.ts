import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

describe('the server of the demo image', () => {
  let server: ChildProcessWithoutNullStreams;
  let lines: AsyncIterator<string>;
  let address: string;
  const nextLine = async (): Promise<string> => String((await lines.next()).value);

  beforeAll(async () => {
    const source = join(import.meta.dirname, '../../../images/demo/answer.js');
    server = spawn(process.execPath, [source], { env: { PORT: '0', POD_NAME: 'answer-1', CLUSTER: 'west' } });
    lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    const port = /^pod answer-1 in cluster west listens on port (\d+)$/.exec(await nextLine())?.[1];
    address = `http://127.0.0.1:${port}`;
  });
  afterAll(() => {
    server.kill('SIGKILL');
  });

  test('says in text which pod answers and whom, and logs the client', async () => {
    expect(await (await fetch(`${address}/hello`)).text()).toBe('pod answer-1 in cluster west answers 127.0.0.1\n');
    expect(await nextLine()).toMatch(/^\d{4}-\S+Z 127\.0\.0\.1:\d+ GET \/hello$/);
  });

  test.each([
    ['the path /json', '/json', {}],
    ['the Accept header', '/', { headers: { Accept: 'application/json' } }],
  ])('says the same as JSON, asked by %s', async (_how, path, options) => {
    const response = await fetch(`${address}${path}`, options);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ pod: 'answer-1', cluster: 'west', client: '127.0.0.1', server: '127.0.0.1' });
    await nextLine();
  });

  test('ends at once and well when asked to stop', async () => {
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  });
});
