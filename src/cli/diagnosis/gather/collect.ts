import * as ourKinds from '../../../api/kinds.ts';
import { exchangePrefix, hubNamespace, memberNamespace } from '../../../api/places.ts';
import {
  configMapKind,
  daemonSetKind,
  deploymentKind,
  endpointSliceKind,
  eventKind,
  leaseKind,
  nodeKind,
  type Pod,
  podKind,
  type Secret,
  secretKind,
  serviceKind,
} from '../../../kubernetes/kinds.ts';
import { execInPod } from '../../../kubernetes/transport/exec.ts';
import { diagnose } from '../../../plan/diagnosis/diagnose.ts';
import { redactObject, redactPod, redactSecret, redactText } from '../../../plan/diagnosis/redact.ts';
import { Failure } from '../../../values/failure.ts';
import type { KubernetesObject } from '../../../values/object.ts';
import type { ResourceKind } from '../../../values/resource-kind.ts';
import type { OpenCluster } from '../../steps/open-cluster.ts';
import { observeCluster } from '../observe-cluster.ts';

/** Adds one file to the archive; its text contains no secrets. */
export type Put = (path: string, text: string) => Promise<void>;

/** Maximum number of lines of a log; the latest are kept. */
const logLines = 5_000;
const logBytes = 4 * 1024 * 1024;

const namespacesOfOurs = [memberNamespace, hubNamespace] as const;
/** Our ConfigMaps and those of cluster DNS, not those of applications. */
const configMapNamespaces = [memberNamespace, hubNamespace, 'kube-system'] as const;
const configMapNames = /^(kubeslice-|coredns)/;

/** What is missing in the archive, and why. */
class Missing {
  readonly lines: string[] = [];

  async unless<T>(what: string, work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (!Failure.is(error) || error.code === 'Interrupted') throw error;
      // A kind of the other side does not exist; a missing kind of this side is among the findings.
      if (error.code !== 'NotFound') this.lines.push(`${what}: ${error.message}`);
      return undefined;
    }
  }
}

const json = (value: unknown): string => `${redactText(JSON.stringify(value, undefined, 2))}\n`;

/** Everything about one cluster that helps to find a fault, redacted, file by file. Resolves to the number of files. */
export const collectCluster = async (cluster: OpenCluster, put: Put, signal: AbortSignal): Promise<number> => {
  const { client, context, connection } = cluster;
  const missing = new Missing();
  let files = 0;
  const file = async (path: string, text: string): Promise<void> => {
    await put(path, text);
    files += 1;
  };
  const all = async <T extends KubernetesObject>(kind: ResourceKind<T>, namespace?: string): Promise<readonly T[]> => {
    const what = `${kind.plural}${namespace === undefined ? '' : ` in ${namespace}`}`;
    const found = await missing.unless(what, client.list<T>(kind, { signal, ...(namespace === undefined ? {} : { namespace }) }));
    return found?.items ?? [];
  };
  const objects = async (name: string, items: readonly object[]): Promise<void> => {
    if (items.length > 0) await file(`objects/${name}.json`, json(items));
  };

  for (const kind of Object.values(ourKinds) as ResourceKind[]) await objects(kind.plural, (await all(kind)).map(redactObject));
  await objects('nodes', (await all(nodeKind)).map(redactObject));
  const pods: Pod[] = [];
  const secrets: Secret[] = [];
  for (const namespace of namespacesOfOurs) {
    const own = await all(podKind, namespace);
    pods.push(...own);
    for (const kind of [deploymentKind, daemonSetKind, serviceKind, endpointSliceKind, leaseKind] as readonly ResourceKind[])
      await objects(`${namespace}.${kind.plural}`, (await all(kind, namespace)).map(redactObject));
    secrets.push(...(await all(secretKind, namespace)));
  }
  await objects('pods', pods.map(redactObject));
  await objects('secrets-without-values', secrets.map(redactSecret));
  for (const namespace of configMapNamespaces) {
    const ours = (await all(configMapKind, namespace)).filter(({ metadata }) => configMapNames.test(metadata.name));
    await objects(`${namespace}.configmaps`, ours.map(redactObject));
  }
  const exports = await all(ourKinds.serviceExportKind);
  const applications = [...new Set(exports.map(({ metadata }) => metadata.namespace ?? ''))];
  for (const namespace of applications) {
    await objects(`${namespace}.services`, (await all(serviceKind, namespace)).map(redactObject));
    await objects(`${namespace}.pods`, (await all(podKind, namespace)).map(redactPod));
  }
  const events = (await all(eventKind)).filter(
    ({ involvedObject, metadata }) =>
      (namespacesOfOurs as readonly string[]).includes(metadata.namespace ?? '') ||
      metadata.namespace?.startsWith(exchangePrefix) === true ||
      applications.includes(metadata.namespace ?? '') ||
      involvedObject.apiVersion?.includes('kubeslice.io') === true,
  );
  await objects('events', events.map(redactObject));

  for (const { metadata, spec } of pods) {
    const { namespace = '', name } = metadata;
    for (const { name: container } of spec?.containers ?? []) {
      for (const previous of [false, true]) {
        const query = `container=${container}&tailLines=${logLines}&limitBytes=${logBytes}&timestamps=true${previous ? '&previous=true' : ''}`;
        const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?${query}`;
        // Most containers have no previous run.
        const log = previous
          ? await client.raw(path, { signal }).catch(() => undefined)
          : await missing.unless(`log of ${name}`, client.raw(path, { signal }));
        const text = typeof log === 'string' ? log : log === undefined ? '' : JSON.stringify(log);
        if (text !== '') await file(`logs/${namespace}/${name}.${container}${previous ? '.previous' : ''}.log`, redactText(text));
      }
      const command = ['kubeslice', 'metrics'];
      const metrics = await missing.unless(
        `metrics of ${name}`,
        execInPod(connection, { namespace, pod: name, container, command, signal }),
      );
      if (metrics?.code === 0) await file(`metrics/${namespace}/${name}.txt`, redactText(metrics.stdout));
    }
  }
  const view = await observeCluster(cluster, { hubContext: undefined, askNodes: true, signal });
  for (const [node, facts] of view.facts) await file(`nodes/${node.replaceAll('/', '_')}.json`, json(facts));
  for (const [node, why] of view.silent) missing.lines.push(`node ${node}: ${why}`);
  await file('findings.json', json({ context, version: view.version.text, findings: diagnose(view) }));
  if (missing.lines.length > 0) await file('missing.txt', redactText(`${missing.lines.join('\n')}\n`));
  return files;
};
