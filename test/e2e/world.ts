import { join } from 'node:path';
import { type Ended, type ExecuteOptions, execute } from './execute.ts';

/** Any Kubernetes object, as `kubectl -o json` gives it. */
export interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Record<string, string>;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: Record<string, unknown>;
  /** As it comes: its shape is what the tests look at. */
  readonly status?: any;
  readonly [other: string]: unknown;
}

type Options = Partial<ExecuteOptions>;

/** The playground of these tests and everything a user can do with it: the command line, and kubectl. */
export interface World {
  /** Name of the playground. */
  readonly name: string;
  /** Folder of the project. */
  readonly project: string;
  /** Runs `kubeslice …`, whatever comes of it. */
  kubeslice(args: readonly string[], options?: Options): Promise<Ended>;
  /** Runs `kubectl --context …`, whatever comes of it. */
  tryKubectl(context: string, args: readonly string[], options?: Options): Promise<Ended>;
  /** Runs `kubectl --context …` and gives what it printed. @throws when it fails. */
  kubectl(context: string, args: readonly string[], options?: Options): Promise<string>;
  /** Reads one object. @throws when it is not there. */
  get(context: string, kind: string, name: string, namespace?: string): Promise<AnyObject>;
  /** Lists objects of a kind, in all namespaces unless one is given. */
  list(context: string, kind: string, ...args: readonly string[]): Promise<readonly AnyObject[]>;
  /** Applies objects. */
  apply(context: string, ...objects: readonly object[]): Promise<void>;
  /** Runs a command in a pod and gives what it printed. @throws when it fails. */
  exec(context: string, namespace: string, pod: string, command: readonly string[], options?: Options): Promise<string>;
  /** Takes over what `kubeslice playground env` prints, so that kubectl finds the clusters. */
  enter(): Promise<void>;
  /** The environment in which kubectl finds the clusters. */
  environment(): Readonly<Record<string, string | undefined>>;
}

const succeeded = (what: string, { code, stdout, stderr }: Ended): string => {
  if (code !== 0) throw new Error(`${what} ended with ${code}: ${(stderr.trim() || stdout.trim()).slice(0, 2_000)}`);
  return stdout;
};

/** The `export NAME=value` lines of a shell script that sets nothing else; `$PATH` inside a value is our own. */
const exportsOf = (script: string, env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    [...script.matchAll(/^export (\w+)=(['"]?)(.*)\2$/gm)].map(([, name = '', , value = '']) => [
      name,
      value.replaceAll(/\$\{?PATH\}?/g, env.PATH ?? ''),
    ]),
  );

/** A world around the playground of the given name, which need not exist yet. */
export const createWorld = (name: string, project: string): World => {
  let env: Readonly<Record<string, string | undefined>> = { ...process.env, NO_COLOR: '1' };
  const node = process.execPath;
  const kubeslice: World['kubeslice'] = (args, options) =>
    execute(node, [join(project, 'bin/kubeslice.mjs'), ...args], { env, cwd: project, ...options });
  const tryKubectl: World['tryKubectl'] = (context, args, options) =>
    execute('kubectl', ['--context', context, ...args], { env, ...options });
  const kubectl: World['kubectl'] = async (context, args, options) =>
    succeeded(`kubectl --context ${context} ${args.join(' ')}`, await tryKubectl(context, args, options));
  const parsed = async <T>(context: string, args: readonly string[]): Promise<T> => {
    const value: T = JSON.parse(await kubectl(context, [...args, '-o', 'json']));
    return value;
  };
  return {
    name,
    project,
    kubeslice,
    tryKubectl,
    kubectl,
    get: (context, kind, object, namespace) =>
      parsed(context, ['get', kind, object, ...(namespace === undefined ? [] : ['--namespace', namespace])]),
    list: async (context, kind, ...args) => {
      const scope = args.includes('--namespace') ? [] : ['--all-namespaces'];
      return (await parsed<{ items: readonly AnyObject[] }>(context, ['get', kind, ...scope, ...args])).items;
    },
    apply: async (context, ...objects) => {
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      await kubectl(context, ['apply', '-f', '-'], { input: list });
    },
    exec: (context, namespace, pod, command, options) =>
      kubectl(context, ['exec', '--namespace', namespace, pod, '--', ...command], options),
    enter: async () => {
      const script = succeeded('kubeslice playground env', await kubeslice(['playground', 'env', '--name', name]));
      env = { ...env, ...exportsOf(script, env) };
    },
    environment: () => env,
  };
};

/** True when a user's condition of that type has that status. */
export const hasCondition = (object: AnyObject, type: string, status: string): boolean => {
  const conditions: readonly { type: string; status: string }[] = object.status?.conditions ?? [];
  return conditions.some((condition) => condition.type === type && condition.status === status);
};

/** The condition of that type, for its reason and message. */
export const conditionOf = (object: AnyObject, type: string): { status: string; reason: string; message: string } | undefined => {
  const conditions: readonly { type: string; status: string; reason: string; message: string }[] = object.status?.conditions ?? [];
  return conditions.find((condition) => condition.type === type);
};
