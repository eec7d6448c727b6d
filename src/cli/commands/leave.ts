import { catalogue } from '../../api/catalogue.ts';
import { authoritySecret, hubNamespace, hubSecret, memberNamespace, projectNamespace } from '../../api/places.ts';
import { resourceKindOf } from '../../install/kinds.ts';
import { planMember } from '../../install/member.ts';
import { componentName } from '../../install/metadata.ts';
import { memberDefaults } from '../../install/options.ts';
import type { Client } from '../../kubernetes/client.ts';
import { clusterRoleKind, namespaceKind, secretKind } from '../../kubernetes/kinds.ts';
import { remove } from '../../kubernetes/remove.ts';
import { Failure } from '../../values/failure.ts';
import { type CliCommand, type CliInput, exitCodes } from '../command.ts';
import { checkClusterName } from '../options/cluster-name.ts';
import { contextOption, kubeconfigOption, projectOf, projectOption, textOption } from '../options/common-options.ts';
import { parseDuration } from '../options/duration.ts';
import { imageNamed, imageOf, imageOption } from '../options/image.ts';
import { removeAboutDefinition } from '../steps/about-definitions.ts';
import { joinedName } from '../steps/joined-name.ts';
import { findAuthority } from '../steps/joining/member-authority.ts';
import { removeMcsDefinitions } from '../steps/mcs-definitions.ts';
import { type OpenCluster, withCluster } from '../steps/open-cluster.ts';
import { leaveHubIfThere } from '../steps/removing/leave-hub.ts';
import type { NodeAnswers } from '../steps/removing/node-answers.ts';
import { type Patience, removeAllOf, removeAndWait } from '../steps/removing/remove.ts';
import { removeDefinitions } from '../steps/removing/remove-definitions.ts';
import { endMember, mayHaveNodesToClean } from '../steps/removing/take-apart.ts';

/** How long owners of finalizers and terminating pods get before force is used. */
const graceMs = 45_000;

/** Refuses when the context's cluster is another one than the named one. */
const checkMember = async (member: Client, cluster: string, context: string, signal: AbortSignal): Promise<void> => {
  const joined = await joinedName(member, signal);
  if (joined === undefined || joined === cluster) return;
  throw new Failure(
    'InvalidInput',
    `The cluster of context "${context}" is "${joined}", not "${cluster}"; run "kubeslice leave ${joined} --context ${context}" if you mean it.`,
  );
};

/** Refuses a hub that is no member: what leaves there is the hub, by another command. @throws Failure InvalidInput. */
const checkNoHub = async ({ client, context }: OpenCluster, cluster: string, signal: AbortSignal): Promise<void> => {
  const [hub, ...ofMember] = await Promise.all([
    client.find(namespaceKind, { name: hubNamespace }, { signal }),
    client.find(namespaceKind, { name: memberNamespace }, { signal }),
    // What is left of a member whose namespace somebody has deleted.
    client.find(clusterRoleKind, { name: componentName('agent') }, { signal }),
  ]);
  if (hub === undefined || ofMember.some((each) => each !== undefined)) return;
  throw new Failure(
    'InvalidInput',
    `Context "${context}" is a hub and no member cluster; name the context of cluster ${cluster} with --context and this one with --hub-context, or remove the hub itself with "kubeslice uninstall --context ${context}".`,
  );
};

/** The result of removing a member. */
interface Apart {
  /** Undefined when the nodes were not checked. */
  readonly answers: NodeAnswers | undefined;
  /** Whether anything of KubeSlice was found. */
  readonly hadAny: boolean;
  /** Whether the cluster is a hub, too, which stays. */
  readonly isHub: boolean;
}

/** Removes everything of KubeSlice from the member. */
const leaveMember = async (input: CliInput, member: Client, nodeLimitMs: number): Promise<Apart> => {
  const { signal, terminal } = input;
  const patience: Patience = { graceMs, signal };
  const hadAny = await mayHaveNodesToClean(member, signal);
  const shouldClean = hadAny || input.options.cleanNodes === true;
  const image = imageOf(input);
  const answers = await endMember(
    member,
    { image, namedImage: imageNamed(input), nodeLimitMs, patience, say: (line) => terminal.err(line) },
    shouldClean,
  );
  const ours = catalogue.filter((kind) => kind.where.includes('member'));
  const sharedKinds = new Set(ours.filter((kind) => kind.where.includes('hub')).map((kind) => kind.resource.kind));
  const kinds = ours.map((kind) => kind.resource);
  for (const kind of kinds) {
    // A cluster may be the hub too: objects that people and members wrote there stay.
    const only = sharedKinds.has(kind.kind) ? { namespace: memberNamespace } : {};
    await removeAllOf(member, kind, only, { ...patience, graceMs: 1000 });
  }
  for (const object of planMember(memberDefaults(image)).toReversed())
    if (object.kind !== 'Namespace') await remove(member, resourceKindOf(object), object.metadata, signal);
  for (const name of [hubSecret, authoritySecret]) await remove(member, secretKind, { namespace: memberNamespace, name }, signal);
  const kept = await removeMcsDefinitions(member, patience);
  const keptAbout = await removeAboutDefinition(member, patience);
  for (const note of [kept, keptAbout]) if (note !== undefined) terminal.err(`note: ${note}`);
  await removeDefinitions(member, 'member', patience);
  await removeAndWait(member, namespaceKind, { name: memberNamespace }, { ...patience, graceMs: 120_000 });
  const isHub = (await member.find(namespaceKind, { name: hubNamespace }, { signal })) !== undefined;
  return { answers, hadAny, isHub };
};

/** What is left of KubeSlice in the cluster of a context, in a sentence. */
const summaryOf = ({ answers, hadAny, isHub }: Apart, cluster: string, context: string): string => {
  const gone = isHub
    ? `Nothing of the member is left in context "${context}"; the hub in it stays, and "kubeslice uninstall --context ${context}" removes it`
    : `Nothing of KubeSlice is left in context "${context}"`;
  if (answers === undefined) {
    return hadAny
      ? `${gone}.`
      : `The API server of context "${context}" has nothing of KubeSlice; its nodes were not checked. If it was a member once, "kubeslice leave ${cluster} --context ${context} --clean-nodes" cleans them.`;
  }
  const { clean, silent } = answers;
  const nodes = clean.length === 1 ? '1 node was cleaned' : `${clean.length} nodes were cleaned`;
  if (silent.length === 0) return `${gone}: ${nodes}.`;
  return [
    `KubeSlice is removed from the API server of context "${context}", and ${nodes}; these did not answer and keep their tunnels until they restart, and their files after that:`,
    ...silent.map(({ node, why }) => `  ${node}: ${why}`),
    silent.some(({ lacksImage }) => lacksImage)
      ? `With an image that they can pull: kubeslice leave ${cluster} --context ${context} --clean-nodes --image <image>`
      : `When they are back: kubeslice leave ${cluster} --context ${context} --clean-nodes`,
  ].join('\n');
};

/** `kubeslice leave`. */
export const command: CliCommand = {
  name: 'leave',
  summary: 'Remove KubeSlice from a member cluster, leaving nothing behind',
  description:
    'Removes worker, agents, DNS, tunnels, the entry in cluster DNS, and all objects of KubeSlice from the member, ServiceExports included; with --hub-context also its registration. Works on half-installed clusters and can be repeated.',
  arguments: [{ usage: '<name>', text: 'Name of the cluster in the project' }],
  options: [
    contextOption('Context of the member cluster'),
    { flags: '--hub-context <name>', text: 'Context of the hub; without it, the registration there stays' },
    projectOption,
    { flags: '--node-limit <duration>', text: 'How long to wait for nodes that do not answer', default: '2m' },
    { flags: '--clean-nodes', text: 'Clean the nodes also when the cluster shows no sign of KubeSlice' },
    imageOption,
    kubeconfigOption,
  ],
  examples: ['kubeslice leave east --hub-context hub --context east'],
  run: async (input) => {
    const { terminal } = input;
    const cluster = checkClusterName(input.arguments[0] ?? '');
    const nodeLimitMs = parseDuration(textOption(input, 'nodeLimit') ?? '2m', '--node-limit');
    imageNamed(input);
    return withCluster(input, textOption(input, 'context'), async (opened) => {
      const { client, context } = opened;
      await client.raw('/version', { signal: input.signal });
      if (input.options.cleanNodes !== true) await checkNoHub(opened, cluster, input.signal);
      await checkMember(client, cluster, context, input.signal);
      const hubContext = textOption(input, 'hubContext');
      const hadAuthority = (await findAuthority(client, input.signal)) !== undefined;
      const left = hubContext === undefined ? undefined : await leaveHubIfThere(input, client, cluster, hubContext);
      if (left === 'left') terminal.out(`Cluster "${cluster}" is off the hub.`);
      if (left === 'unknown') terminal.out(`The hub has no cluster "${cluster}".`);
      const apart = await leaveMember(input, client, nodeLimitMs);
      terminal.out(summaryOf(apart, cluster, context));
      const isOnHub = left === undefined || left === 'away';
      if (isOnHub) {
        const on = `--context ${hubContext ?? 'HUB'} -n ${projectNamespace(projectOf(input))}`;
        terminal.out(`If it is still registered on the hub: kubectl ${on} delete cluster ${cluster}`);
      }
      if (isOnHub && hadAuthority) {
        terminal.out(
          `Other members keep its authority pinned, because it left without a signed farewell; if it joins again: kubeslice trust forget ${cluster} --context <each member>`,
        );
      }
      const isDone = (apart.answers?.silent.length ?? 0) === 0 && left !== 'away';
      return isDone ? exitCodes.ok : exitCodes.unhealthy;
    });
  },
};
