import { isMarked, markOf, noOrders } from '../../exchange/trust/authority-orders.ts';
import { componentName } from '../../install/metadata.ts';
import { acceptNote } from '../../plan/audit/trust-notes.ts';
import { Failure } from '../../values/failure.ts';
import { didYouMean } from '../../values/text/nearest.ts';
import type { CliCommand } from '../command.ts';
import { contextOption, kubeconfigOption, textOption } from '../options/common-options.ts';
import { forgetCluster } from '../steps/forget-cluster.ts';
import { withCluster } from '../steps/open-cluster.ts';
import { restartWorker } from '../steps/restart-worker.ts';
import { checkedFingerprint, knownAuthorities } from '../steps/trust/known-authorities.ts';
import { ownName } from '../steps/trust/own-name.ts';
import { reportTrust } from '../steps/trust/report-trust.ts';

/** `kubeslice trust accept`. */
export const accept: CliCommand = {
  name: 'accept',
  summary: 'Accept exactly one authority for a cluster, in place of the pinned one',
  description:
    'Needed when a cluster presents an authority that the pinned one did not sign, or after "kubeslice trust revoke". Ask its administrator for the fingerprint, by a way that does not pass the hub. What the cluster stated under another authority ends, and no other one is pinned in its place.',
  arguments: [
    { usage: '<cluster>', text: 'Cluster whose authority is accepted' },
    { usage: '<fingerprint>', text: 'Fingerprint of its authority, as "kubeslice trust show" prints it there' },
  ],
  options: [contextOption('Context of the member cluster that accepts'), kubeconfigOption],
  examples: ['kubeslice trust accept west sha256:5d2c… --context east'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (member) => {
      const { terminal, signal } = input;
      const [cluster = '', text = ''] = input.arguments;
      const fingerprint = checkedFingerprint(text);
      const known = await knownAuthorities(member, signal);
      if (known.pin(cluster)?.fingerprint === fingerprint) {
        terminal.out(`Cluster "${cluster}" is verified by the authority ${fingerprint} in context "${member.context}" already.`);
        return 0;
      }
      const offered = known.offered(cluster);
      const root = offered.find((one) => one.fingerprint === fingerprint);
      if (root === undefined) {
        const list = offered.map((one) => one.fingerprint).join(', ') || 'none';
        throw new Failure(
          'NotFound',
          `Nobody presents the authority ${fingerprint} for cluster "${cluster}" to context "${member.context}", so nothing was changed; presented and refused are: ${list}.${known.clusters.includes(cluster) ? '' : didYouMean(cluster, known.clusters)}`,
        );
      }
      const now = new Date();
      const by = await ownName(member.client, signal);
      const { revoked } = known.orders.get(cluster) ?? noOrders;
      const orders = {
        accepted: markOf(root, now.toISOString(), by),
        revoked: revoked.filter((one) => !isMarked(one, root)),
      };
      await forgetCluster(member.client, cluster, { now, orders }, signal);
      await reportTrust(member.client, acceptNote(cluster, fingerprint, by), signal);
      await restartWorker(member.client, signal);
      terminal.out(
        `The authority ${fingerprint} of cluster "${cluster}" is accepted in context "${member.context}", and no other; ${componentName('worker')} restarts.`,
      );
      return 0;
    }),
};
