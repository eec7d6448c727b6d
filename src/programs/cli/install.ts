import { hubNamespace } from '../../api/places.ts';
import { planCrds } from '../../install/crds.ts';
import { planHub } from '../../install/hub.ts';
import { hubDefaults } from '../../install/options.ts';
import { deploymentKind } from '../../kubernetes/kinds.ts';
import { applyAll, applyDefinitions } from './apply-all.ts';
import type { CliCommand } from './command.ts';
import { contextOption, kubeconfigOption, textOption, waitLimit, waitOption } from './common-options.ts';
import { imageFor, imageOption } from './image.ts';
import { withCluster } from './open-cluster.ts';
import { checkCluster } from './preflight.ts';
import { waitForDeployment } from './rollout.ts';

/** `kubeslice install`. */
export const command: CliCommand = {
  name: 'install',
  summary: 'Install the controller into the hub cluster',
  description:
    'Running it again upgrades or repairs the installation. The hub needs no node that reaches the members; only its API server matters.',
  options: [contextOption('Context of the hub cluster'), imageOption, waitOption('Wait until the controller runs'), kubeconfigOption],
  examples: ['kubeslice install --context hub --wait'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (hub) => {
      const { terminal, signal } = input;
      await checkCluster(hub, signal);
      await applyDefinitions(hub.client, planCrds('hub'), signal);
      await applyAll(
        hub.client,
        planHub(hubDefaults(await imageFor(input, hub.client, deploymentKind, { namespace: hubNamespace, name: 'kubeslice-controller' }))),
        signal,
      );
      terminal.out(`The controller is installed in namespace ${hubNamespace} of context "${hub.context}".`);
      const timeoutMs = waitLimit(input);
      if (timeoutMs !== undefined) {
        terminal.err('waiting until it runs …');
        await waitForDeployment({ client: hub.client, namespace: hubNamespace, name: 'kubeslice-controller', timeoutMs, signal });
        terminal.out('It runs.');
      }
      terminal.out(`Next: kubeslice join <name> --hub-context ${hub.context} --context <context of the member cluster>`);
      return 0;
    }),
};
