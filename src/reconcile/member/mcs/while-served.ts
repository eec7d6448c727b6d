import type { Client } from '../../../kubernetes/client.ts';
import { type CustomResourceDefinition, customResourceDefinitionKind } from '../../../kubernetes/kinds.ts';
import { createMirror } from '../../../kubernetes/mirror.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Metrics } from '../../../telemetry/metrics.ts';

/** How a definition is served: in a version that we know, in none of them, or it does not exist. */
export type Served<V extends string> = V | 'unknown' | 'absent';

/** How a definition is served, in the first of these versions. */
export const servedOf = <V extends string>(definition: CustomResourceDefinition | undefined, versions: readonly V[]): Served<V> => {
  if (definition === undefined) return 'absent';
  const served = new Set(definition.spec.versions.flatMap((version) => (version.served ? [version.name] : [])));
  return versions.find((version) => served.has(version)) ?? 'unknown';
};

/** Only names and versions: the schemas are large. */
const withoutSchemas = (definition: CustomResourceDefinition): CustomResourceDefinition => ({
  ...definition,
  spec: {
    ...definition.spec,
    versions: definition.spec.versions.map(({ name, served, storage }) => ({ name, served, storage, schema: { openAPIV3Schema: {} } })),
  },
});

/** What follows a definition, and its name. */
export interface ServedParts<V extends string> {
  readonly client: Client;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Name of the CustomResourceDefinition. */
  readonly definition: string;
  /** The versions that we know, the newest first. */
  readonly versions: readonly V[];
  /** Works until its signal aborts. It is called again for each change of what is served. */
  readonly work: (served: Served<V>, signal: AbortSignal) => Promise<void>;
}

/** Runs `work` with how a definition is served, which may change at any time; ends with the signal. */
export const whileServed = async <V extends string>(
  { client, log, metrics, definition, versions, work }: ServedParts<V>,
  signal: AbortSignal,
): Promise<void> => {
  const mirror = createMirror({
    client,
    kind: customResourceDefinitionKind,
    name: `definition-${definition}`,
    fieldSelector: `metadata.name=${definition}`,
    trim: withoutSchemas,
    log,
    metrics,
  });
  let current: Served<V> | undefined;
  let ending = new AbortController();
  let working: Promise<void> = Promise.resolve();
  const follow = (): void => {
    const served = servedOf(mirror.get(definition), versions);
    if (served === current || signal.aborted) return;
    current = served;
    ending.abort();
    ending = new AbortController();
    const both = AbortSignal.any([signal, ending.signal]);
    const before = working;
    working = before
      .then(() => (both.aborted ? undefined : work(served, both)))
      .catch((error: unknown) => {
        if (!both.aborted) log.error('the objects of a definition cannot be followed', { definition, error });
      });
  };
  const running = mirror.run(signal);
  try {
    await mirror.synced(signal);
    mirror.subscribe(follow);
    // There may be no definition, and so no change.
    follow();
    await running;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await working;
};
