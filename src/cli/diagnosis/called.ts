import { sliceZone } from '../../api/places.ts';
import { type Pod, podKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';

/** A pod or service from the command line. */
export interface Called {
  readonly namespace: string;
  readonly name: string;
  readonly port: number | undefined;
}

/** `namespace/name`, `namespace/name:port`, or a name below slice.local. @throws Failure InvalidInput */
export const readCalled = (text: string): Called => {
  const [, place = '', port] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [];
  const suffix = `.svc.${sliceZone}`;
  const inZone = place.replace(/\.$/, '');
  const [name, namespace] = inZone.endsWith(suffix) ? inZone.slice(0, -suffix.length).split('.').slice(-2) : place.split('/').toReversed();
  if (name === undefined || namespace === undefined || name === '' || namespace === '') {
    throw new Failure(
      'InvalidInput',
      `"${text}" is neither namespace/name nor a name that ends with ${suffix}; write for example app-ns/client.`,
    );
  }
  return { namespace, name, port: port === undefined ? undefined : Number(port) };
};

/** Names by which pods of a namespace can be called: their own, and what they begin with, such as the name of a Deployment. */
export const namesOfPods = async ({ client }: OpenCluster, namespace: string, signal: AbortSignal): Promise<string[]> => {
  const { items } = await client.list<Pod>(podKind, { namespace, signal });
  const names = items.flatMap(({ metadata }) => {
    const words = metadata.name.split('-');
    return words.map((_, index) => words.slice(0, index + 1).join('-'));
  });
  return [...new Set(names)].toSorted();
};

/** A pod by its name, or the first running one of a workload of that name. */
export const podNamed = async ({ client }: OpenCluster, { namespace, name }: Called, signal: AbortSignal): Promise<Pod | undefined> => {
  const { items } = await client.list<Pod>(podKind, { namespace, signal });
  return (
    items.find(({ metadata }) => metadata.name === name) ??
    items.find(({ metadata, status }) => metadata.name.startsWith(`${name}-`) && status?.phase === 'Running') ??
    items.find(({ metadata }) => metadata.name.startsWith(`${name}-`))
  );
};
