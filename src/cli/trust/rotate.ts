import { authoritySecret, memberNamespace } from '../../api/places.ts';
import { componentName } from '../../install/metadata.ts';
import { rotateNote } from '../../plan/audit/trust-notes.ts';
import type { CliCommand } from '../command.ts';
import { contextOption, kubeconfigOption, textOption } from '../options/common-options.ts';
import { withCluster } from '../steps/open-cluster.ts';
import { restartWorker } from '../steps/restart-worker.ts';
import { reportTrust } from '../steps/trust/report-trust.ts';
import { rotateSecret } from '../steps/trust/rotate-secret.ts';

/** `kubeslice trust rotate`. */
export const rotate: CliCommand = {
  name: 'rotate',
  summary: 'Give this cluster a new authority, which the present one signs',
  description:
    'The other members follow by themselves, also those that are away now: the present authority signs the new one, and its own key is deleted. Certificates of nodes that it signed count for 12 hours more, and are replaced meanwhile; no tunnel is interrupted. All clusters and the hub must run a version that knows rotations.',
  options: [contextOption('Context of the member cluster whose authority is replaced'), kubeconfigOption],
  examples: ['kubeslice trust rotate --context west'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (member) => {
      const { terminal, signal } = input;
      const { cluster, before, fingerprint } = await rotateSecret(member, Date.now(), signal);
      await reportTrust(member.client, rotateNote(cluster, fingerprint, before), signal);
      // The authority is read at the start of the worker.
      await restartWorker(member.client, signal);
      terminal.out(`Cluster "${cluster}" has the authority ${fingerprint} in place of ${before}; ${componentName('worker')} restarts.`);
      terminal.out(`Copies of Secret ${memberNamespace}/${authoritySecret} from before are worth nothing any more; make a new one.`);
      return 0;
    }),
};
