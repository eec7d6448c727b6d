import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { places } from '../../../../playground/commands/places.ts';
import { provide } from '../../../../playground/toolchain/provide.ts';
import { quietLog } from '../../../telemetry/quiet-log.ts';
import type { CniAnswer, CniRequest } from './cni-protocol.ts';
import { type CniHandler, serveCni } from './cni-server.ts';

const { cache, project } = places(process.env);
const prevResult = { cniVersion: '1.0.0', interfaces: [{ name: 'eth0' }], ips: [{ address: '10.244.0.7/24' }] };
let plugin: string;
let directory: string;
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  plugin = (await provide(['cni-plugin'], { cache, modules: join(project, 'toolchain') }, AbortSignal.timeout(110_000)))['cni-plugin'];
});
beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/cni-`);
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
  await rm(directory, { recursive: true });
});

const serve = async (handle: CniHandler): Promise<void> => {
  stop = await serveCni(`${directory}/agent.sock`, handle, quietLog);
};

/** Calls the plugin as a container runtime does. */
const call = (
  command: string,
  input: unknown = { cniVersion: '1.0.0', name: 'net', type: 'kubeslice', prevResult },
): Promise<{ code: number | null; text: string }> =>
  new Promise((resolve) => {
    const child = spawn(plugin, [], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        CNI_COMMAND: command,
        CNI_CONTAINERID: 'c1',
        CNI_NETNS: '/var/run/netns/cni-1',
        CNI_IFNAME: 'eth0',
        CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=app-ns;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=x;K8S_POD_UID=uid-1',
        KUBESLICE_AGENT_SOCKET: `${directory}/agent.sock`,
      },
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('close', (code) => resolve({ code, text }));
    child.stdin.end(typeof input === 'string' ? input : JSON.stringify(input));
  });

it('tells the agent of the pod and passes the result on unchanged', async () => {
  const requests: CniRequest[] = [];
  await serve(async (request) => {
    requests.push(request);
    return { ok: true };
  });
  const { code, text } = await call('ADD');
  expect(code).toBe(0);
  expect(JSON.parse(text)).toEqual(prevResult);
  expect(requests).toEqual([
    { command: 'ADD', containerId: 'c1', netns: '/var/run/netns/cni-1', namespace: 'app-ns', name: 'web', uid: 'uid-1' },
  ]);
});

it('passes through at once when no agent is there', async () => {
  const { code, text } = await call('ADD');
  expect({ code, result: JSON.parse(text) }).toEqual({ code: 0, result: prevResult });
});

it('passes through when the agent talks nonsense or hangs up', async () => {
  const server = createServer((socket) => socket.end('nonsense\n')).listen(`${directory}/agent.sock`);
  try {
    expect(JSON.parse((await call('ADD')).text)).toEqual(prevResult);
  } finally {
    server.close();
  }
});

it('lets a pod go on that is not attached in time', async () => {
  await serve(() => new Promise<CniAnswer>(() => {}));
  const { code, text } = await call('ADD');
  expect({ code, result: JSON.parse(text) }).toEqual({ code: 0, result: prevResult });
}, 10_000);

it.each([
  ['DEL', 0, ''],
  ['CHECK', 0, ''],
  ['STATUS', 0, ''],
  ['GC', 0, ''],
  ['VERSION', 0, '{"cniVersion":"1.1.0","supportedVersions":["0.4.0","1.0.0","1.1.0"]}\n'],
])('%s ends with %i and prints %j', async (command, code, text) => {
  await serve(async () => ({ ok: true }));
  expect(await call(command)).toEqual({ code, text });
});

it('reports a pod that should be attached and is not, by CHECK only', async () => {
  await serve(async () => ({ ok: false, message: 'not attached' }));
  expect(await call('CHECK')).toEqual({ code: 1, text: '{"cniVersion":"1.0.0","code":100,"msg":"not attached"}\n' });
  expect((await call('DEL')).code).toBe(0);
});

it.each([
  ['an unknown command', 'EAT', {}, 4],
  ['no JSON', 'ADD', '{', 6],
])('refuses %s', async (_, command, input, code) => {
  const { code: exit, text } = await call(command, input);
  expect({ exit, code: JSON.parse(text).code }).toEqual({ exit: 1, code });
});

it('can be asked by root only, and takes over a socket that was left behind', async () => {
  const left = createServer().listen(`${directory}/agent.sock`);
  await new Promise((resolve) => left.once('listening', resolve));
  await serve(async () => ({ ok: true }));
  expect((await stat(`${directory}/agent.sock`)).mode & 0o777).toBe(0o600);
  left.close();
});
