import { clusterKind, sliceKind } from '../../../api/kinds.ts';
import { hubSecret, memberNamespace } from '../../../api/places.ts';
import { daemonSetKind, secretKind } from '../../../kubernetes/kinds.ts';
import { freeSubnet } from '../../../plan/diagnosis/free-subnet.ts';
import { Failure } from '../../../values/failure.ts';
import type { CliInput } from '../../command.ts';
import { textOption } from '../../options/common-options.ts';
import { type OpenCluster, openCluster } from '../../steps/open-cluster.ts';

/** A member cluster that takes part in the test. */
export interface Member {
  readonly cluster: OpenCluster;
  /** Name of the cluster on the hub. */
  readonly name: string;
  /** Image of its agent, which its nodes have already. */
  readonly image: string;
}

/** A cluster by its context, as a member. @throws Failure NotFound when it is not one. */
const memberOf = async (cluster: OpenCluster, signal: AbortSignal): Promise<Member> => {
  const { client, context } = cluster;
  const [secret, agent] = await Promise.all([
    client.find(secretKind, { namespace: memberNamespace, name: hubSecret }, { signal }),
    client.find(daemonSetKind, { namespace: memberNamespace, name: 'kubeslice-agent' }, { signal }),
  ]);
  const name = Buffer.from(secret?.data?.cluster ?? '', 'base64').toString('utf8');
  const image = agent?.spec?.template.spec.containers[0]?.image;
  if (name !== '' && image !== undefined) return { cluster, name, image };
  throw new Failure(
    'NotFound',
    `Context "${context}" is no member cluster, or its agent is not installed; join it, or name other clusters with --contexts.`,
  );
};

/** The named members, or else every registered cluster with a context of the same name. At least two. */
export const openMembers = async (input: CliInput, hub: OpenCluster, namespace: string): Promise<Member[]> => {
  const { signal } = input;
  const named = textOption(input, 'contexts')
    ?.split(',')
    .filter((word) => word !== '');
  const registered = (await hub.client.list(clusterKind, { namespace, signal })).items.map(({ metadata }) => metadata.name);
  const contexts = named ?? registered.filter((name) => hub.contexts.includes(name));
  if (new Set(contexts).size < 2) {
    throw new Failure(
      'InvalidInput',
      `The test needs two clusters, and ${contexts.length === 0 ? 'no context' : `only ${contexts.join(', ')}`} is available; name their contexts with --contexts east,west (registered are ${registered.join(', ') || 'none'}).`,
    );
  }
  const members: Member[] = [];
  try {
    for (const context of new Set(contexts)) {
      const cluster = context === hub.context ? hub : await openCluster(input, context);
      members.push({ cluster, name: '', image: '' });
      members[members.length - 1] = await memberOf(cluster, signal);
    }
    return members;
  } catch (error) {
    closeMembers(members, hub);
    throw error;
  }
};

/** Closes the connections of all members but the hub's. */
export const closeMembers = (members: readonly Member[], hub: OpenCluster): void => {
  for (const { cluster } of members) if (cluster !== hub) cluster.client.close();
};

/** A subnet that overlaps no slice of the project and no network of a registered cluster. @throws Failure AddressExhausted */
export const subnetFor = async (hub: OpenCluster, namespace: string, signal: AbortSignal): Promise<string> => {
  const [slices, clusters] = await Promise.all([
    hub.client.list(sliceKind, { namespace, signal }),
    hub.client.list(clusterKind, { namespace, signal }),
  ]);
  const taken = [
    ...slices.items.flatMap(({ spec }) => spec.sliceSubnet ?? []),
    ...clusters.items.flatMap(({ status }) => [
      ...(status?.cniSubnet ?? []),
      ...(status?.serviceSubnet ?? []),
      ...(status?.nodeIPs ?? []).map((ip) => `${ip}/32`),
    ]),
  ];
  const subnet = freeSubnet(taken);
  if (subnet !== undefined) return subnet;
  throw new Failure(
    'AddressExhausted',
    'No private network is free for a slice of its own; test a slice that there is with --slice and --namespace.',
  );
};
