import { hubNamespace } from '../../api/places.ts';
import { planCrds } from '../../install/crds.ts';
import { planHub } from '../../install/hub.ts';
import { componentName } from '../../install/metadata.ts';
import { hubDefaults } from '../../install/options.ts';
import { deploymentKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { CliCommand, CliInput } from '../command.ts';
import { contextOption, kubeconfigOption, textOption, waitLimit, waitOption } from '../options/common-options.ts';
import { imageFor, imageNamed, imageOption } from '../options/image.ts';
import { applyAll, applyDefinitions } from '../steps/apply-all.ts';
import { belongsToHelm, releaseOf } from '../steps/helm-release.ts';
import { findMember } from '../steps/installed-member.ts';
import { type OpenCluster, withCluster } from '../steps/open-cluster.ts';
import { placeOfPart } from '../steps/parts.ts';
import { checkCluster } from '../steps/preflight.ts';
import { waitForRollouts } from '../steps/rollout.ts';

/**
 * Refuses a cluster that should not be a hub, or belongs to another tool.
 *
 * @throws Failure InvalidInput for a release of Helm, and for a member cluster unless `--force` is given.
 */
const checkPlace = async ({ options, signal }: CliInput, { client, context }: OpenCluster, image: string | undefined): Promise<void> => {
  const installed = await client.find(deploymentKind, placeOfPart('hub'), { signal });
  const release = installed === undefined ? undefined : releaseOf(installed);
  if (release !== undefined) throw belongsToHelm('The controller', release, context, image);
  if (installed !== undefined || options.force === true) return;
  const member = await findMember(client, signal);
  if (member === undefined) return;
  const name = member.cluster === undefined ? '' : ` "${member.cluster}"`;
  throw new Failure(
    'InvalidInput',
    `Context "${context}" is the member cluster${name}, and installing here would make it a second hub; name the hub with --context, or add --force if this cluster should be both.`,
  );
};

/** `kubeslice install`. */
export const command: CliCommand = {
  name: 'install',
  summary: 'Install the controller into the hub cluster',
  description:
    'Running it again upgrades or repairs the installation. The hub needs no node that reaches the members; only its API server matters.',
  options: [
    contextOption('Context of the hub cluster'),
    imageOption,
    { flags: '--force', text: 'Make a member cluster a hub as well' },
    waitOption('Wait until the controller runs'),
    kubeconfigOption,
  ],
  examples: ['kubeslice install --context hub --wait'],
  run: async (input) => {
    const timeoutMs = waitLimit(input);
    const named = imageNamed(input);
    return withCluster(input, textOption(input, 'context'), async (hub) => {
      const { terminal, signal } = input;
      // All checks that can refuse run before the first change.
      await checkCluster(hub, signal);
      await checkPlace(input, hub, named);
      const image = await imageFor(input, hub.client, deploymentKind, placeOfPart('hub'));
      for (const note of await applyDefinitions(hub.client, planCrds('hub'), input.version, signal)) terminal.err(`note: ${note}`);
      await applyAll(hub.client, planHub(hubDefaults(image)), signal);
      terminal.out(`The controller is installed in namespace ${hubNamespace} of context "${hub.context}".`);
      if (timeoutMs !== undefined) {
        terminal.err('waiting until it runs …');
        await waitForRollouts(
          { ...hub, namespace: hubNamespace, timeoutMs, signal, say: (line) => terminal.err(line) },
          { deployments: [componentName('controller')] },
        );
        terminal.out('It runs.');
      }
      terminal.out(`Next: kubeslice join <name> --hub-context ${hub.context} --context <context of the member cluster>`);
      return 0;
    });
  },
};
