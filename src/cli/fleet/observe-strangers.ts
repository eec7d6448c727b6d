import { hubNamespace, memberNamespace } from '../../api/places.ts';
import type { Client } from '../../kubernetes/client.ts';
import { daemonSetKind, deploymentKind } from '../../kubernetes/kinds.ts';
import type { Stranger } from '../../plan/diagnosis/cluster-view.ts';
import { strangersAmong } from '../../plan/diagnosis/strangers.ts';
import { Failure } from '../../values/failure.ts';

/** Programs of this installation, for either side. */
const ours = new Set(
  ['worker', 'dns', 'agent', 'agent-cleanup']
    .map((name) => `${memberNamespace}/kubeslice-${name}`)
    .concat(`${hubNamespace}/kubeslice-controller`),
);

/** Without permission in all namespaces, nothing is reported. */
const ifAllowed = async <T>(work: Promise<T>, otherwise: T): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (Failure.is(error, 'Forbidden') || Failure.is(error, 'NotFound')) return otherwise;
    throw error;
  }
};

/** Selected by name and by label, because a cluster has thousands of other workloads. */
const workloads = async (client: Client, signal: AbortSignal) => {
  const selections = [
    { labelSelector: 'app.kubernetes.io/name=kubeslice' },
    ...['kubeslice-worker', 'kubeslice-agent', 'kubeslice-dns'].map((name) => ({ fieldSelector: `metadata.name=${name}` })),
  ];
  const lists = await Promise.all(
    selections.flatMap((selection) => [
      client.list(deploymentKind, { ...selection, signal }).then(({ items }) => items.map((object) => ({ kind: 'Deployment', object }))),
      client.list(daemonSetKind, { ...selection, signal }).then(({ items }) => items.map((object) => ({ kind: 'DaemonSet', object }))),
    ]),
  );
  return [
    ...new Map(lists.flat().map((each) => [`${each.kind} ${each.object.metadata.namespace}/${each.object.metadata.name}`, each])).values(),
  ];
};

/** Reads whether the installation of a member is the only one: programs of KubeSlice that do not belong to it. */
export const observeStrangers = async (client: Client, signal: AbortSignal): Promise<readonly Stranger[]> =>
  strangersAmong(await ifAllowed(workloads(client, signal), []), ours);
