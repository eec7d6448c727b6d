import { type AuthorityMark, type AuthorityOrders, isMarked, markOf, noOrders } from '../../exchange/trust/authority-orders.ts';
import type { Root } from '../../identity/root.ts';
import { componentName } from '../../install/metadata.ts';
import { revokeNote } from '../../plan/audit/trust-notes.ts';
import { Failure } from '../../values/failure.ts';
import { didYouMean } from '../../values/text/nearest.ts';
import type { CliCommand } from '../command.ts';
import { contextOption, kubeconfigOption, textOption } from '../options/common-options.ts';
import { forgetCluster, orderOnly } from '../steps/forget-cluster.ts';
import { withCluster } from '../steps/open-cluster.ts';
import { restartWorker } from '../steps/restart-worker.ts';
import { checkedFingerprint, type KnownAuthorities, knownAuthorities } from '../steps/trust/known-authorities.ts';
import { ownName } from '../steps/trust/own-name.ts';
import { reportTrust } from '../steps/trust/report-trust.ts';

/** The authority that is revoked: as far as it is known here, and its fingerprint. */
interface Named {
  readonly root: Root | undefined;
  readonly fingerprint: string;
}

const namedBy = (known: KnownAuthorities, cluster: string, text: string | undefined, context: string): Named => {
  if (cluster === known.own)
    throw new Failure(
      'InvalidInput',
      `Cluster "${cluster}" is context "${context}" itself, which cannot revoke its own authority; replace it with "kubeslice trust rotate --context ${context}", and revoke the old one in the other members.`,
    );
  const pinned = known.pin(cluster);
  if (text !== undefined) {
    const fingerprint = checkedFingerprint(text);
    const all = [...(pinned === undefined ? [] : [pinned]), ...known.offered(cluster), ...known.replaced(cluster)];
    return { root: all.find((one) => one.fingerprint === fingerprint), fingerprint };
  }
  if (pinned !== undefined) return { root: pinned, fingerprint: pinned.fingerprint };
  const names = Object.keys(known.pinned);
  throw new Failure(
    'NotFound',
    `Context "${context}" has pinned no authority of cluster "${cluster}"; it has those of: ${names.toSorted().join(', ') || 'none'}. Name the fingerprint to revoke one that is not pinned.${didYouMean(cluster, names)}`,
  );
};

/** `kubeslice trust revoke`. */
export const revoke: CliCommand = {
  name: 'revoke',
  summary: 'End the belief in an authority of a cluster, at once and for good',
  description:
    'For a key that may be in other hands. Nodes that the pinned authority vouches for leave the tunnels within seconds, and nothing that it signs counts any more, whatever the hub shows or the worker of this cluster does. When it is the pinned one, the next authority of the cluster counts only after "kubeslice trust accept". Each member decides for itself.',
  arguments: [
    { usage: '<cluster>', text: 'Cluster whose authority is revoked' },
    { usage: '[fingerprint]', text: 'Fingerprint of the authority; the pinned one without it' },
  ],
  options: [contextOption('Context of the member cluster that revokes'), kubeconfigOption],
  examples: ['kubeslice trust revoke west --context east'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (member) => {
      const { terminal, signal } = input;
      const [cluster = '', text] = input.arguments;
      const known = await knownAuthorities(member, signal);
      const { root, fingerprint } = namedBy(known, cluster, text, member.context);
      const now = new Date();
      const [at, by] = [now.toISOString(), await ownName(member.client, signal)];
      const mark: AuthorityMark = root === undefined ? { fingerprint, at, by } : markOf(root, at, by);
      const { accepted, revoked } = known.orders.get(cluster) ?? noOrders;
      const pinned = known.pin(cluster);
      const isPinned = pinned !== undefined && isMarked(mark, pinned);
      const isAccepted = accepted !== undefined && 'fingerprint' in accepted && accepted.fingerprint === fingerprint;
      // What it signed may still be in force, so all of the cluster is read again, by the pinned one alone.
      const wasPinned = pinned !== undefined && !isPinned && known.replaced(cluster).some((one) => isMarked(mark, one));
      const orders: AuthorityOrders = {
        accepted: isPinned || isAccepted ? { none: true, at, by } : wasPinned ? markOf(pinned, at, by) : accepted,
        revoked: [...revoked.filter((one) => one.fingerprint !== fingerprint), mark],
      };
      if (isPinned || wasPinned) await forgetCluster(member.client, cluster, { now, orders }, signal);
      else await orderOnly(member.client, cluster, orders, signal);
      await reportTrust(member.client, revokeNote(cluster, fingerprint, by), signal);
      await restartWorker(member.client, signal);
      terminal.out(
        `The authority ${fingerprint} of cluster "${cluster}" is revoked in context "${member.context}"; ${componentName('worker')} restarts.`,
      );
      if (isPinned)
        terminal.out(
          `Nothing of "${cluster}" counts until you run "kubeslice trust accept ${cluster} FINGERPRINT --context ${member.context}".`,
        );
      else if (wasPinned) terminal.out(`What ${pinned.fingerprint} vouches for counts again within seconds.`);
      else if (root === undefined) terminal.out('No certificate with this fingerprint was seen here; it is refused when one is presented.');
      return 0;
    }),
};
