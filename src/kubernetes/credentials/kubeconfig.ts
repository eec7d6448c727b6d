import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import type { Clock } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import { didYouMean } from '../../values/text/nearest.ts';
import type { Connection, Credential } from './connection.ts';
import { type ExecPlugin, execToken } from './exec-token.ts';
import { fixedToken, tokenFile } from './token-source.ts';

/** The parts of a kubeconfig that define connections. Paths in it are relative to `directory`. */
export type Kubeconfig = {
  readonly directory: string;
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, { readonly cluster?: string; readonly user?: string; readonly namespace?: string }>;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
};

type ClusterEntry = {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
};

type UserEntry = {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly exec?: ExecPlugin;
  readonly username?: string;
  readonly 'auth-provider'?: unknown;
};

type Named<K extends string, T> = { readonly name?: string } & { readonly [P in K]?: T };

/** The content of a kubeconfig file; `InvalidInput` with the name `file` when it is not one. */
export const parseKubeconfig = (
  text: string,
  { directory, file = `What is in ${directory}` }: { readonly directory: string; readonly file?: string },
): Kubeconfig => {
  const refuse = (why: string, cause?: unknown): Failure =>
    new Failure('InvalidInput', `${file} is no kubeconfig: ${why}; name another file with --kubeconfig or KUBECONFIG.`, { cause });
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    // The parser's first line is its message; the lines below quote the file.
    const [first = ''] = Failure.from(cause).message.split('\n');
    throw refuse(`it is not YAML (${first.replace(/[:.]$/, '')})`, cause);
  }
  if (typeof document !== 'object' || document === null || !('clusters' in document)) throw refuse('it has no clusters');
  const config = document as {
    readonly 'current-context'?: string;
    readonly contexts?: readonly Named<'context', { cluster?: string; user?: string; namespace?: string }>[] | null;
    readonly clusters?: readonly Named<'cluster', ClusterEntry>[] | null;
    readonly users?: readonly Named<'user', UserEntry>[] | null;
  };
  return {
    directory,
    currentContext: config['current-context'] === '' ? undefined : config['current-context'],
    contexts: new Map((config.contexts ?? []).map(({ name = '', context = {} }) => [name, context])),
    clusters: new Map((config.clusters ?? []).map(({ name = '', cluster = {} }) => [name, cluster])),
    users: new Map((config.users ?? []).map(({ name = '', user = {} }) => [name, user])),
  };
};

/** For the same name the first file wins, as with several paths in KUBECONFIG. */
export const mergeKubeconfigs = (configs: readonly Kubeconfig[]): Kubeconfig => {
  const [first] = configs;
  if (first === undefined) throw new Failure('InvalidInput', 'There is no kubeconfig; name one with --kubeconfig or KUBECONFIG.');
  const absolute = configs.map(withAbsolutePaths);
  const merge = <T>(pick: (config: Kubeconfig) => ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map(absolute.toReversed().flatMap((config) => [...pick(config)]));
  return {
    directory: first.directory,
    currentContext: configs.find(({ currentContext }) => currentContext !== undefined)?.currentContext,
    contexts: merge(({ contexts }) => contexts),
    clusters: merge(({ clusters }) => clusters),
    users: merge(({ users }) => users),
  };
};

/** The names of all contexts, in the order of the file. */
export const contextNames = (config: Kubeconfig): readonly string[] => [...config.contexts.keys()];

/** The connection of a context; without a name, of the current one. `InvalidInput` lists the existing contexts. */
export const connectionFor = async (
  config: Kubeconfig,
  contextName: string | undefined,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal },
): Promise<Connection> => {
  const name = contextName ?? config.currentContext;
  const known = contextNames(config).join(', ') || 'none';
  if (name === undefined) throw new Failure('InvalidInput', `The kubeconfig has no current context; name one of: ${known}.`);
  const context = config.contexts.get(name);
  if (context === undefined)
    throw new Failure(
      'InvalidInput',
      `The kubeconfig has no context "${name}"; there are: ${known}.${didYouMean(name, contextNames(config))}`,
    );
  const cluster = config.clusters.get(context.cluster ?? '');
  if (cluster?.server === undefined || !URL.canParse(cluster.server))
    throw new Failure(
      'InvalidInput',
      `Context "${name}" names cluster "${context.cluster ?? ''}", for which the kubeconfig has no valid server.`,
    );
  const ca = await inline(config, cluster['certificate-authority-data'], cluster['certificate-authority'], signal);
  const credential = await credentialOf(config, context.user ?? '', cluster, clock, signal);
  return {
    server: cluster.server,
    credential,
    ...(ca === undefined ? {} : { ca }),
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
    ...(cluster['tls-server-name'] === undefined ? {} : { tlsServerName: cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
  };
};

const credentialOf = async (
  config: Kubeconfig,
  name: string,
  cluster: ClusterEntry,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Credential> => {
  const user = config.users.get(name);
  if (user === undefined) return { kind: 'none' };
  if (user.token !== undefined && user.token !== '') return { kind: 'token', token: fixedToken(user.token) };
  if (user.tokenFile !== undefined) return { kind: 'token', token: tokenFile(within(config, user.tokenFile), { clock }) };
  const certificate = await inline(config, user['client-certificate-data'], user['client-certificate'], signal);
  const key = await inline(config, user['client-key-data'], user['client-key'], signal);
  if (certificate !== undefined && key !== undefined) return { kind: 'certificate', certificate, key };
  if (user.exec !== undefined)
    return { kind: 'token', token: execToken(user.exec, cluster.server ?? '', { directory: config.directory, clock }) };
  if (user.username !== undefined || user['auth-provider'] !== undefined)
    throw new Failure(
      'InvalidInput',
      `User "${name}" of the kubeconfig signs in by password or auth-provider, which Kubernetes no longer has; use a token, certificate or exec plugin.`,
    );
  return { kind: 'none' };
};

const inline = async (
  config: Kubeconfig,
  data: string | undefined,
  path: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string | undefined> => {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
  if (path === undefined || path === '') return undefined;
  const file = within(config, path);
  try {
    return await readFile(file, { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) });
  } catch (cause) {
    throw new Failure('InvalidInput', `The kubeconfig names ${file}, which cannot be read.`, { cause });
  }
};

const within = ({ directory }: Kubeconfig, path: string): string => (isAbsolute(path) ? path : join(directory, path));

const withAbsolutePaths = (config: Kubeconfig): Kubeconfig => {
  const fix = <T extends object>(entry: T): T =>
    Object.fromEntries(
      Object.entries(entry).map(([field, value]) => [
        field,
        pathFields.has(field) && typeof value === 'string' ? within(config, value) : value,
      ]),
    ) as T;
  return {
    ...config,
    clusters: new Map([...config.clusters].map(([name, entry]) => [name, fix(entry)])),
    users: new Map([...config.users].map(([name, entry]) => [name, fix(entry)])),
  };
};

const pathFields = new Set(['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']);
