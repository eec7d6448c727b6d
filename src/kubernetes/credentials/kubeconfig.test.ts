import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { handClock } from '../../values/fixtures/hand-clock.ts';
import type { Connection } from './connection.ts';
import { connectionFor, contextNames, mergeKubeconfigs, parseKubeconfig } from './kubeconfig.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const { signal } = new AbortController();
const clock = handClock();

const config = (user: object, cluster: object = {}, context: object = {}): string =>
  stringify({
    'current-context': 'east',
    contexts: [
      { name: 'east', context: { cluster: 'c', user: 'u', ...context } },
      { name: 'west', context: { cluster: 'none', user: 'u' } },
    ],
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  });

const catchFailure = (attempt: () => unknown): unknown => {
  try {
    return attempt();
  } catch (error) {
    return error;
  }
};

describe('kubeconfig', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const connect = (text: string, context?: string): Promise<Connection> =>
    connectionFor(parseKubeconfig(text, { directory }), context, { clock });
  const tokenOf = async ({ credential }: Connection): Promise<string> => {
    if (credential.kind !== 'token') throw new Error(`the credential is ${credential.kind}`);
    return credential.token({ signal });
  };

  it('gives server, authority, namespace and TLS name of the current context', async () => {
    const cluster = { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'api.east' };
    expect(await connect(config({}, cluster, { namespace: 'apps' }))).toEqual({
      server: 'https://10.0.0.1:6443',
      ca: 'CA',
      namespace: 'apps',
      tlsServerName: 'api.east',
      credential: { kind: 'none' },
    });
  });

  it('reads files relative to its own place', async () => {
    for (const name of ['ca.crt', 'client.crt', 'client.key']) await writeFile(join(directory, name), name.toUpperCase());
    const connection = await connect(
      config({ 'client-certificate': 'client.crt', 'client-key': join(directory, 'client.key') }, { 'certificate-authority': 'ca.crt' }),
    );
    expect(connection).toMatchObject({ ca: 'CA.CRT', credential: { kind: 'certificate', certificate: 'CLIENT.CRT', key: 'CLIENT.KEY' } });
  });

  it('prefers embedded data to files, and takes tokens and token files', async () => {
    const embedded = { 'client-certificate-data': base64('C'), 'client-key-data': base64('K'), 'client-certificate': 'absent' };
    expect(await connect(config(embedded))).toMatchObject({ credential: { kind: 'certificate', certificate: 'C', key: 'K' } });
    expect(await tokenOf(await connect(config({ token: 'abc' })))).toBe('abc');
    await writeFile(join(directory, 'token'), 'from-file\n');
    expect(await tokenOf(await connect(config({ tokenFile: 'token' })))).toBe('from-file');
  });

  it('asks an exec plugin, tells it where it is for, and keeps its token while it lasts', async () => {
    const plugin = join(directory, 'plugin');
    await writeFile(
      plugin,
      `#!/bin/sh
echo run >> "${directory}/runs"
case "$KUBERNETES_EXEC_INFO" in *'"server":"https://10.0.0.1:6443"'*) ;; *) exit 3 ;; esac
echo '{"kind":"ExecCredential","status":{"token":"'"$GREETING-$1"'","expirationTimestamp":"2999-01-01T00:00:00Z"}}'
`,
    );
    await chmod(plugin, 0o755);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: './plugin',
      args: ['there'],
      env: [{ name: 'GREETING', value: 'hello' }],
      provideClusterInfo: true,
    };
    const connection = await connect(config({ exec }));
    expect(await tokenOf(connection)).toBe('hello-there');
    expect(await tokenOf(connection)).toBe('hello-there');
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(join(directory, 'runs'), 'utf8')).toBe('run\n');
  });

  it.each([
    ['a plugin that is not there', { command: './absent', installHint: 'Install it first.' }, /\.\/absent.*failed.*Install it first\./s],
    ['a plugin that fails', { command: 'sh', args: ['-c', 'echo broken >&2; exit 1'] }, /failed: broken/],
    ['a plugin that prints something else', { command: 'echo', args: ['hello'] }, /printed no ExecCredential/],
    [
      'a plugin that gives a certificate',
      { command: 'echo', args: ['{"status":{"clientCertificateData":"x"}}'] },
      /only plugins that return tokens/,
    ],
  ])('says what is wrong with %s', async (_, exec, message) => {
    await expect(connect(config({ exec })).then(tokenOf)).rejects.toMatchObject({
      code: 'Unauthorized',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['an unknown context', config({}), 'north', /no context "north"; there are: east, west/],
    ['no context at all', stringify({ clusters: [] }), undefined, /no current context; name one of: none/],
    ['a context of an unknown cluster', config({}), 'west', /cluster "none", for which the kubeconfig has no valid server/],
    ['a server that is no URL', config({}, { server: '10.0.0.1' }), undefined, /no valid server/],
    ['a file that is not there', config({}, { 'certificate-authority': 'gone.crt' }), undefined, /gone\.crt, which cannot be read/],
    ['a password', config({ username: 'me', password: 'x' }), undefined, /password or auth-provider/],
  ])('refuses %s', async (_, text, context, message) => {
    await expect(connect(text, context)).rejects.toMatchObject({ code: 'InvalidInput', message: expect.stringMatching(message) });
  });

  it.each([
    ['not YAML', 'a: [', /^\/etc\/passwd is no kubeconfig: it is not YAML \([^\n]+ at line 1, column 5\); [^\n]+$/],
    ['several values', 'root:x:0\nwheel: y: z\n', /^\/etc\/passwd is no kubeconfig: it is not YAML \([^\n]+\); [^\n]+$/],
    ['something else', 'apiVersion: v1\nkind: Pod', /^\/etc\/passwd is no kubeconfig: it has no clusters; [^\n]+$/],
    ['empty', '', /^\/etc\/passwd is no kubeconfig: it has no clusters; [^\n]+$/],
  ])('refuses a file that is %s, by its name and in one line', (_, text, message) => {
    const failure = catchFailure(() => parseKubeconfig(text, { directory, file: '/etc/passwd' }));
    expect(failure).toMatchObject({ code: 'InvalidInput', message: expect.stringMatching(message) });
  });

  it('merges several files: the first wins, paths stay where they were', async () => {
    const other = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
    await writeFile(join(other, 'ca.crt'), 'OTHER');
    const first = parseKubeconfig(
      stringify({ clusters: [], contexts: [{ name: 'east', context: { cluster: 'c', user: 'u', namespace: 'first' } }] }),
      { directory },
    );
    const second = parseKubeconfig(config({ token: 't' }, { 'certificate-authority': 'ca.crt' }), { directory: other });
    const merged = mergeKubeconfigs([first, second]);
    expect(contextNames(merged).toSorted()).toEqual(['east', 'west']);
    expect(await connectionFor(merged, undefined, { clock })).toMatchObject({ namespace: 'first', ca: 'OTHER' });
    expect(() => mergeKubeconfigs([])).toThrow('There is no kubeconfig');
    await rm(other, { recursive: true });
  });
});
