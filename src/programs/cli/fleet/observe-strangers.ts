import { hubNamespace, memberNamespace } from '../../../api/places.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { daemonSetKind, deploymentKind } from '../../../kubernetes/kinds.ts';
import type { Stranger } from '../../../plan/diagnosis/cluster-view.ts';
import { strangersAmong } from '../../../plan/diagnosis/strangers.ts';
import { Failure } from '../../../values/failure.ts';

/** Programs that belong to this installation, whichever side is installed. */
const ours = new Set(
  ['worker', 'dns', 'agent', 'agent-cleanup']
    .map((name) => `${memberNamespace}/kubeslice-${name}`)
    .concat(`${hubNamespace}/kubeslice-controller`),
);

/** What may not be read in all namespaces is not told of. */
const ifAllowed = async <T>(work: Promise<T>, otherwise: T): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (Failure.is(error, 'Forbidden') || Failure.is(error, 'NotFound')) return otherwise;
    throw error;
  }
};

/** Asked by name and by label, since a cluster has thousands of other workloads. */
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

/** Reads whether the installation of a member is alone: the programs of KubeSlice that are not of it. */
export const observeStrangers = async (client: Client, signal: AbortSignal): Promise<readonly Stranger[]> =>
  strangersAmong(await ifAllowed(workloads(client, signal), []), ours);
