import { text } from 'node:stream/consumers';
import { memberNamespace } from '../../api/places.ts';
import { fingerprintOf } from '../../identity/fingerprint.ts';
import { joinedCertificate } from '../../identity/stored-authority.ts';
import { planCrds } from '../../install/crds.ts';
import { decodeJoinToken, type JoinToken } from '../../install/join-token.ts';
import { memberNamespaceObject, planHubSecret, planMember } from '../../install/member.ts';
import { componentName } from '../../install/metadata.ts';
import { memberDefaults } from '../../install/options.ts';
import type { Client } from '../../kubernetes/client.ts';
import { daemonSetKind, namespaceKind } from '../../kubernetes/kinds.ts';
import { forgetText } from '../../plan/peers/forget-order.ts';
import { Failure } from '../../values/failure.ts';
import type { CliCommand, CliInput } from '../command.ts';
import { checkClusterName } from '../options/cluster-name.ts';
import { contextOption, kubeconfigOption, projectOf, textOption, waitLimit, waitOption } from '../options/common-options.ts';
import { consentOf, consentOptions } from '../options/consent-options.ts';
import { imageFor, imageNamed, imageOption } from '../options/image.ts';
import { mutualTlsFor, mutualTlsNamed, mutualTlsOption } from '../options/mutual-tls.ts';
import { applyAboutDefinition } from '../steps/about-definitions.ts';
import { applyAll, applyDefinitions } from '../steps/apply-all.ts';
import { grantClusterDns } from '../steps/cluster-dns.ts';
import { contextFailure } from '../steps/context-failure.ts';
import { orderForgetting } from '../steps/forget-cluster.ts';
import { belongsToHelm, findRelease, upgradeCommand } from '../steps/helm-release.ts';
import { joinedName } from '../steps/joined-name.ts';
import { checkName, type HubSide, hubByContext, hubByToken, register } from '../steps/joining/hub-side.ts';
import { ensureAuthority, findAuthority } from '../steps/joining/member-authority.ts';
import { forgetConnection } from '../steps/joining/member-connection.ts';
import { reportNames, waitUntilRegistered } from '../steps/joining/wait-joined.ts';
import { applyMcsDefinitions } from '../steps/mcs-definitions.ts';
import { openCluster, withCluster } from '../steps/open-cluster.ts';
import { placeOfPart } from '../steps/parts.ts';
import { checkCluster } from '../steps/preflight.ts';
import { restartWorker } from '../steps/restart-worker.ts';
import { waitForRollouts } from '../steps/rollout.ts';
import { hubServerOption } from './token.ts';

/** Refuses a token of another project than the requested one. @throws Failure TokenRefused. */
const checkTokenProject = (token: JoinToken, project: string | undefined): void => {
  if (project === undefined || project === token.project) return;
  throw new Failure(
    'TokenRefused',
    `--token is for project "${token.project}", not for "${project}"; leave out --project, or create a new one with "kubeslice token create ${token.cluster} --project ${project}".`,
  );
};

/** The hub, by `--token` or by `--hub-context`; exactly one must be given. */
const openHub = async (input: CliInput, cluster: string): Promise<HubSide> => {
  const token = textOption(input, 'token');
  const hubContext = textOption(input, 'hubContext');
  const hubServer = textOption(input, 'hubServer');
  if (token !== undefined && hubContext !== undefined) {
    throw new Failure(
      'InvalidInput',
      '--token and --hub-context are two ways to the same hub; omit --token if the kubeconfig here has the context of the hub, and --hub-context otherwise.',
    );
  }
  if (token === undefined && hubContext === undefined) {
    throw new Failure(
      'InvalidInput',
      'The hub is missing: add --hub-context if the kubeconfig here has its context, or --token with the output of "kubeslice token create" there.',
    );
  }
  if (token !== undefined) {
    const word = token === '-' ? await text(process.stdin) : token;
    const decoded = decodeJoinToken(word, cluster, Date.now());
    checkTokenProject(decoded, textOption(input, 'project'));
    return hubByToken(decoded, hubServer);
  }
  const hub = await openCluster(input, hubContext);
  try {
    return await hubByContext(hub, { cluster, project: projectOf(input), hubServer }, input.signal);
  } catch (error) {
    hub.client.close();
    throw contextFailure(error, hub.context);
  }
};

/** Refuses when the member has joined under another name: its authority is bound to the name. */
const checkMember = async (member: Client, cluster: string, context: string, signal: AbortSignal): Promise<void> => {
  const joined = await joinedName(member, signal);
  if (joined === undefined || joined === cluster) return;
  throw new Failure(
    'AlreadyExists',
    `The cluster of context "${context}" has joined as "${joined}"; join it under that name, or remove it first with "kubeslice leave ${joined} --context ${context}".`,
  );
};

/** `kubeslice join`. */
export const command: CliCommand = {
  name: 'join',
  summary: 'Join a member cluster to the hub',
  description:
    'Installs worker, agents and DNS into the cluster and registers it on the hub. Joining again is harmless: it repairs, upgrades, and renews the credential.',
  arguments: [{ usage: '<name>', text: 'Name of the cluster in the project' }],
  options: [
    contextOption('Context of the member cluster'),
    { flags: '--hub-context <name>', text: 'Context of the hub cluster, if the kubeconfig here has it' },
    { flags: '--token <token>', text: 'Output of "kubeslice token create" otherwise; - reads it from standard input' },
    // Without a default: a token contains its project, and only an explicit option can contradict it.
    { flags: '--project <name>', text: 'Project on the hub (default: that of the token, else default)' },
    hubServerOption,
    imageOption,
    ...consentOptions,
    mutualTlsOption,
    { flags: '--register-only', text: 'Only register and store the credential: the Helm chart installs worker, agents and DNS' },
    waitOption('Wait until the cluster is registered and runs'),
    kubeconfigOption,
  ],
  examples: ['kubeslice join east --hub-context hub --context east --wait', 'kubeslice join east --token kubeslice1.… --context east'],
  run: async (input) => {
    const { terminal, signal } = input;
    const cluster = checkClusterName(input.arguments[0] ?? '');
    const consent = consentOf(input);
    const timeoutMs = waitLimit(input);
    const named = imageNamed(input);
    const mutualTls = mutualTlsNamed(input);
    const hub = await openHub(input, cluster);
    try {
      return await withCluster(input, textOption(input, 'context'), async (opened) => {
        const { client: member, context } = opened;
        // All checks that can refuse run before the first change.
        await checkCluster(opened, signal);
        await checkMember(member, cluster, context, signal);
        const before = await findAuthority(member, signal);
        await checkName(hub, before === undefined ? undefined : joinedCertificate(before), signal);
        const release = await findRelease(member, 'member', signal);
        if (release !== undefined && named !== undefined) throw belongsToHelm('The member', release, context, named);
        if (release !== undefined && mutualTls !== undefined)
          throw new Failure(
            'InvalidInput',
            `--mutual-tls does not change release "${release.name}" of Helm; set its value instead: ${upgradeCommand(release, context)} --set mutualTls=${mutualTls}.`,
          );
        const image =
          release !== undefined || input.options.registerOnly === true
            ? undefined
            : await imageFor(input, member, daemonSetKind, placeOfPart('member'));

        await member.apply(namespaceKind, memberNamespaceObject, { signal });
        const authority = await ensureAuthority(member, { cluster, project: hub.place.project }, signal);
        const { certificate } = authority;
        const credential = await register(hub, joinedCertificate(authority), signal);
        terminal.out(`Cluster "${cluster}" is registered in project "${hub.place.project}" with authority ${fingerprintOf(certificate)}.`);
        await applyAll(member, [planHubSecret(credential), ...(consent === undefined ? [] : [consent])], signal);
        // A running worker would continue with its old credential, which may be invalid.
        await forgetConnection(member, signal);
        await restartWorker(member, signal);
        await grantClusterDns(member, signal);
        if (release !== undefined) {
          terminal.err(
            `note: worker, agents and DNS are release "${release.name}" of Helm and stay as they are; upgrade them with "${upgradeCommand(release, context)}"`,
          );
        } else if (image !== undefined) {
          for (const note of await applyDefinitions(member, planCrds('member'), input.version, signal)) terminal.err(`note: ${note}`);
          for (const note of await applyMcsDefinitions(member, input.version, signal)) terminal.err(`note: ${note}`);
          for (const note of await applyAboutDefinition(member, input.version, signal)) terminal.err(`note: ${note}`);
          const keepsKeys = await mutualTlsFor(mutualTls, member, placeOfPart('member'), signal);
          await applyAll(member, planMember({ ...memberDefaults(image), mutualTls: keepsKeys }), signal);
          terminal.out(`Worker, agents and DNS are installed in namespace ${memberNamespace} of context "${context}".`);
        }

        // Agents that ran here before have pinned the authority of that time for their own cluster.
        if (before === undefined) await orderForgetting(member, cluster, forgetText(new Date().toISOString(), []), signal);

        if (timeoutMs !== undefined) {
          terminal.err('waiting until they run and the hub sees them …');
          const deadline = performance.now() + timeoutMs;
          await waitForRollouts(
            { client: member, context, namespace: memberNamespace, timeoutMs, signal, say: (line) => terminal.err(line) },
            { daemonSets: [componentName('agent')], deployments: [componentName('dns'), componentName('worker')] },
          );
          // Only then: while a pod cannot start, that is the message to show.
          const left = Math.max(1000, deadline - performance.now());
          const seen = { ...credential, server: hub.client.server };
          await waitUntilRegistered({ hub: seen, member, context, terminal, timeoutMs: left, signal });
          terminal.out('It is connected.');
          return await reportNames(input, member, Math.max(1000, deadline - performance.now()));
        }
        return 0;
      });
    } finally {
      hub.client.close();
    }
  },
};
