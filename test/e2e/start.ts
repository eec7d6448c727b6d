import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.ts';
import { namespace } from './workloads.ts';
import type { World } from './world.ts';

/** Makes the namespace and everything in it, and waits until its pods are Ready. */
export const start = async (world: World, context: string, ns: string, ...objects: readonly object[]): Promise<void> => {
  await world.apply(context, namespace(ns));
  // A pod needs the default account of a namespace, which follows it by a moment.
  await until(`objects in ${context}/${ns}`, () => world.apply(context, ...objects), { withinMs: 15_000 });
  await ready(world, context, ns);
};

/** Waits until every pod of the namespace is Ready. */
export const ready = async (world: World, context: string, ns: string): Promise<void> => {
  await world.kubectl(context, ['wait', '--namespace', ns, '--for=condition=Ready', 'pod', '--all', '--timeout=60s'], {
    timeoutMs: 70_000,
  });
};

/** The ConfigMap with the scripts that pods of these tests run. */
export const scripts = (ns: string): object => {
  const read = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'scripts', namespace: ns },
    data: Object.fromEntries(
      ['echo.mjs', 'pinger.mjs', 'quitter.mjs', 'lookup.mjs', 'patience.mjs', 'caller.mjs', 'clients.mjs'].map((name) => [
        name,
        read(name),
      ]),
    ),
  };
};

/** Address of a pod in its slice. @throws while it has none. */
export const sliceAddress = async (world: World, context: string, ns: string, pod: string): Promise<string> => {
  const text = await world.exec(context, ns, pod, ['ip', '-4', '-oneline', 'address', 'show', 'dev', 'slice0']);
  const address = /inet ([0-9.]+)/.exec(text)?.[1];
  if (address === undefined) throw new Error(`pod ${pod} in ${context} has no address on slice0: ${text}`);
  return address;
};

/** Removes namespaces from a cluster and waits until they are gone. */
export const removeNamespaces = async (world: World, contexts: readonly string[], names: readonly string[]): Promise<void> => {
  await Promise.all(
    contexts.map((context) =>
      world.kubectl(context, ['delete', 'namespace', ...names, '--ignore-not-found', '--wait', '--timeout=60s'], { timeoutMs: 70_000 }),
    ),
  );
};
