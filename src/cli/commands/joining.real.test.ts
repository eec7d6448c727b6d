import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Cluster } from '../../api/cluster/type.ts';
import { clusterKind } from '../../api/kinds.ts';
import { fingerprintOf } from '../../identity/fingerprint.ts';
import { decodeJoinToken, encodeJoinToken } from '../../install/join-token.ts';
import { type Client, createClient } from '../../kubernetes/client.ts';
import { type RealApi, realPrograms, startRealApi } from '../../kubernetes/fixtures/real-api.ts';
import { secretKind, serviceAccountKind } from '../../kubernetes/kinds.ts';
import { testTerminal } from '../cli.fixtures.ts';
import type { CliCommand, CliInput } from '../command.ts';
import { command as installCommand } from './install.ts';
import { command as joinCommand } from './join.ts';
import { command as statusCommand } from './status.ts';
import { command as tokenCommand } from './token.ts';

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: joining on real API servers: ${programs}`);

const { signal } = new AbortController();
const call = { signal };

/** Three API servers with nothing behind them: what is written and refused shows, nothing runs. */
describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('on real API servers', () => {
  const names = ['hub', 'east', 'west'] as const;
  const apis = new Map<string, RealApi>();
  const clients = new Map<string, Client>();
  let folder: string;
  const client = (name: string): Client => clients.get(name) as Client;
  const serverOf = (name: string): string => apis.get(name)?.connection.server ?? '';

  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    folder = await mkdtemp(join(tmpdir(), 'kubeslice-joining-'));
    for (const [name, api] of await Promise.all(names.map(async (name) => [name, await startRealApi(programs)] as const)))
      apis.set(name, api);
    const entries = await Promise.all(
      [...apis].map(async ([name, { connection }]) => {
        clients.set(name, createClient(connection, { fieldManager: 'test' }));
        const token = connection.credential.kind === 'token' ? await connection.credential.token({ signal }) : '';
        const cluster = { server: connection.server, 'certificate-authority-data': Buffer.from(connection.ca ?? '').toString('base64') };
        return { name, cluster, token };
      }),
    );
    const kubeconfig = {
      clusters: entries.map(({ name, cluster }) => ({ name, cluster })),
      users: entries.map(({ name, token }) => ({ name, user: { token } })),
      contexts: [
        ...entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
        { name: 'nobody', context: { cluster: 'hub', user: '' } },
      ],
    };
    await writeFile(join(folder, 'config'), stringify(kubeconfig));
    await run(installCommand, [], { context: 'hub' });
  });

  afterAll(async () => {
    for (const one of clients.values()) one.close();
    await Promise.all([...apis.values()].map((api) => api.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (
    command: CliCommand,
    words: readonly string[],
    options: CliInput['options'],
  ): Promise<{ code?: number | undefined; out: string }> => {
    const terminal = testTerminal();
    const code = await command.run?.({
      arguments: words,
      options: { project: 'default', kubeconfig: join(folder, 'config'), ...options },
      env: {},
      terminal,
      signal,
      version: '0.0.0-test',
    });
    return { code, out: terminal.lines.out.join('\n') };
  };

  // The servers of this test listen on loopback, which a hub address must not by itself.
  const byContext = (cluster: string, context: string) =>
    run(joinCommand, [cluster], { context, hubContext: 'hub', hubServer: serverOf('hub'), registerOnly: true });
  const byToken = (cluster: string, context: string, token: string) => run(joinCommand, [cluster], { context, token, registerOnly: true });
  const create = async (cluster: string, options: CliInput['options'] = {}): Promise<string> =>
    (await run(tokenCommand.commands?.[0] as CliCommand, [cluster], { context: 'hub', hubServer: serverOf('hub'), ...options })).out;

  const clusterOnHub = (name: string): Promise<Cluster> => client('hub').get(clusterKind, { namespace: 'default', name }, call);
  const secretOf = async (context: string, name: string): Promise<Record<string, string>> => {
    const { data = {} } = await client(context).get(secretKind, { namespace: 'kubeslice-system', name }, call);
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
  };

  it('refuses a hub that pods of other clusters cannot reach, before it changes anything', async () => {
    await expect(run(joinCommand, ['east'], { context: 'east', hubContext: 'hub' })).rejects.toThrow(
      'which pods of another cluster cannot',
    );
    expect(await client('hub').find(clusterKind, { namespace: 'default', name: 'east' }, call)).toBeUndefined();
  });

  it('joins by context, prints the fingerprint, and joining again changes no identity', async () => {
    const { code, out } = await byContext('east', 'east');
    expect(code).toBe(0);
    const { 'tls.crt': certificate = '' } = await secretOf('east', 'kubeslice-ca');
    expect(out).toContain(fingerprintOf(certificate));
    expect((await clusterOnHub('east')).spec.caBundle).toBe(certificate);
    const credential = await secretOf('east', 'kubeslice-hub');
    expect(credential).toMatchObject({ server: serverOf('hub'), project: 'default', namespace: 'default', cluster: 'east' });
    expect(credential['renewal-token']).toMatch(/^ey/);

    await byContext('east', 'east');
    expect((await secretOf('east', 'kubeslice-ca'))['tls.crt']).toBe(certificate);
    expect((await clusterOnHub('east')).spec.caBundle).toBe(certificate);
    // By context no join account is needed, so none is made.
    expect(await client('hub').find(serviceAccountKind, { namespace: 'default', name: 'kubeslice-join-east' }, call)).toBeUndefined();
  });

  it('refuses the name of another cluster with both fingerprints, before it changes anything', async () => {
    await expect(byContext('east', 'west')).rejects.toThrow(/The name "east" is taken by another cluster, whose authority is sha256:/);
    expect(await client('west').find(secretKind, { namespace: 'kubeslice-system', name: 'kubeslice-ca' }, call)).toBeUndefined();
    await expect(byContext('north', 'east')).rejects.toThrow('The cluster of context "east" has joined as "east"');
  });

  it('joins by a token that is good for one cluster until it is withdrawn', async () => {
    const token = await create('west');
    expect(decodeJoinToken(token, 'west', Date.now())).toMatchObject({ server: serverOf('hub'), project: 'default', cluster: 'west' });
    await byToken('west', 'west', token);
    expect((await clusterOnHub('west')).spec.caBundle).toBe((await secretOf('west', 'kubeslice-ca'))['tls.crt']);
    await byToken('west', 'west', token);

    const forged = encodeJoinToken({ ...decodeJoinToken(token, 'west', Date.now()), bearer: 'x.y.z' });
    await expect(byToken('west', 'west', forged)).rejects.toThrow('The hub does not accept --token');
    // What the controller does once the worker is connected.
    await client('hub').delete(serviceAccountKind, { namespace: 'default', name: 'kubeslice-join-west' }, call);
    await expect
      .poll(() => byToken('west', 'west', token).then(() => 'joined', String), { timeout: 20_000 })
      .toContain('it was used already');
  });

  it('a token of one cluster is no use for another one, even when altered', async () => {
    const token = await create('south');
    await expect(byToken('west', 'west', token)).rejects.toThrow('--token is for cluster "south"');
    const altered = encodeJoinToken({ ...decodeJoinToken(token, 'south', Date.now()), cluster: 'west' });
    await expect(byToken('west', 'west', altered)).rejects.toThrow('The hub does not accept --token');
  });

  it.each([
    ['a name that is none', () => create('East!'), 'Cluster name "East!" must be'],
    ['a time that is too long', () => create('n', { ttl: '25h' }), '--ttl 25h is too long'],
    ['a time that is too short', () => create('n', { ttl: '5m' }), '--ttl 5m is too short'],
    ['a project that is not there', () => create('n', { project: 'shop' }), 'The hub has no project "shop"; there are: default.'],
    ['a hub that is none', () => create('n', { context: 'east' }), 'Context "east" has no KubeSlice controller'],
    ['an address that is none', () => create('n', { hubServer: 'hub' }), '--hub-server "hub" is not an https address'],
    ['a context that is not there', () => create('n', { context: 'hob' }), 'no context "hob"; there are: hub, east, west, nobody.'],
    ['no way to the hub', () => run(joinCommand, ['n'], { context: 'west' }), 'The hub is missing'],
  ] as const)('refuses %s', async (_, attempt, why) => {
    if (why.includes('project')) await client('hub').get(clusterKind, { namespace: 'default', name: 'east' }, call);
    await expect(attempt()).rejects.toThrow(why);
  });

  it('status names what is wrong and ends with code 2', async () => {
    const { code, out } = await run(statusCommand, [], { context: 'hub', output: 'json' });
    expect(code).toBe(2);
    const { healthy, problems } = JSON.parse(out) as { healthy: boolean; problems: { subject: string; help: string }[] };
    expect(healthy).toBe(false);
    expect(problems.map(({ subject }) => subject)).toEqual(['controller', 'cluster east', 'cluster south', 'cluster west']);
    expect(problems.find(({ subject }) => subject === 'cluster east')?.help).toBe('kubeslice join east --hub-context hub --context east');
  });
});
