import { noticeKind, sliceKind, sliceNodeKind } from '../../api/kinds.ts';
import { statementLabel } from '../../api/labels.ts';
import { forgottenConfigMap, memberNamespace, trustConfigMap } from '../../api/places.ts';
import { type AuthorityOrders, readAuthorityOrders } from '../../exchange/trust/authority-orders.ts';
import { pinsIn } from '../../exchange/trust/pin-data.ts';
import { componentName } from '../../install/metadata.ts';
import { configMapKind } from '../../kubernetes/kinds.ts';
import { forgetNote } from '../../plan/audit/trust-notes.ts';
import { Failure } from '../../values/failure.ts';
import { didYouMean } from '../../values/text/nearest.ts';
import type { CliCommand, CliInput } from '../command.ts';
import { type TrustView, trustView } from '../fleet/trust-view.ts';
import { contextOption, kubeconfigOption, textOption } from '../options/common-options.ts';
import { outputOption, printModel } from '../render/output.ts';
import { printableFingerprint } from '../render/printable-fingerprint.ts';
import { renderTable } from '../render/table.ts';
import { forgetCluster } from '../steps/forget-cluster.ts';
import { type OpenCluster, withCluster } from '../steps/open-cluster.ts';
import { restartWorker } from '../steps/restart-worker.ts';
import { reportTrust } from '../steps/trust/report-trust.ts';
import { accept } from '../trust/accept.ts';
import { revoke } from '../trust/revoke.ts';
import { rotate } from '../trust/rotate.ts';

const target = { namespace: memberNamespace, name: trustConfigMap };

const pinnedRoots = async ({ client, context }: OpenCluster, { signal }: CliInput): Promise<Readonly<Record<string, string>>> => {
  const pinned = await client.find(configMapKind, target, { signal });
  if (pinned !== undefined) return pinsIn(pinned.data);
  throw new Failure(
    'NotFound',
    `Context "${context}" is no member cluster: it has no ConfigMap ${memberNamespace}/${trustConfigMap}; name a member with --context.`,
  );
};

const ordersOf = async ({ client }: OpenCluster, { signal }: CliInput): Promise<ReadonlyMap<string, AuthorityOrders>> =>
  readAuthorityOrders((await client.find(configMapKind, { ...target, name: forgottenConfigMap }, { signal }))?.data);

const list: CliCommand = {
  name: 'list',
  summary: 'List the authorities of other clusters that this cluster has pinned',
  options: [contextOption('Context of the member cluster'), outputOption('json', 'yaml'), kubeconfigOption],
  examples: ['kubeslice trust list --context east'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (member) => {
      const rows = Object.entries(await pinnedRoots(member, input)).map(([cluster, root]) => ({
        cluster,
        fingerprint: printableFingerprint(root),
      }));
      await printModel(input.terminal, input.options.output, rows, () =>
        renderTable(
          [
            { title: 'CLUSTER', value: (row) => row.cluster },
            { title: 'AUTHORITY', value: (row) => row.fingerprint },
          ],
          rows,
        ),
      );
      return 0;
    }),
};

const show: CliCommand = {
  name: 'show',
  summary: 'Show by which authorities and keys this cluster verifies and is verified',
  description:
    'The own authority first, then those that are pinned for other clusters; compare their fingerprints with the other administrators. Then what administrators of this cluster revoked or accepted, when, and who. Then the nodes of this cluster, each with the key by which it proves who it is, and until when its certificate is valid.',
  options: [contextOption('Context of the member cluster'), outputOption('json', 'yaml'), kubeconfigOption],
  examples: ['kubeslice trust show --context east'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (member) => {
      const { client } = member;
      const selection = { namespace: memberNamespace, signal: input.signal };
      const [pinned, orders, slices, sliceNodes, notices] = await Promise.all([
        pinnedRoots(member, input),
        ordersOf(member, input),
        client.list(sliceKind, selection),
        client.list(sliceNodeKind, selection),
        client.list(noticeKind, { ...selection, labelSelector: `${statementLabel}=cluster` }),
      ]);
      const view = trustView({ pinned, orders, slices: slices.items, sliceNodes: sliceNodes.items, notices: notices.items });
      await printModel(input.terminal, input.options.output, view, () => trustText(view));
      return 0;
    }),
};

const trustText = ({ authorities, orders, nodes }: TrustView): string =>
  [
    renderTable(
      [
        { title: 'CLUSTER', value: ({ cluster, own }) => (own ? `${cluster} (this one)` : cluster) },
        { title: 'AUTHORITY', value: ({ fingerprint = 'unreadable' }) => fingerprint },
        { title: 'VALID UNTIL', value: ({ validUntil }) => validUntil },
      ],
      authorities,
    ),
    '',
    ...(orders.length === 0
      ? []
      : [
          renderTable(
            [
              { title: 'CLUSTER', value: ({ cluster }) => cluster },
              { title: 'ORDER', value: ({ order }) => order },
              { title: 'AUTHORITY', value: ({ fingerprint }) => fingerprint },
              { title: 'SINCE', value: ({ at }) => at },
              { title: 'BY', value: ({ by }) => by },
            ],
            orders,
          ),
          '',
        ]),
    renderTable(
      [
        { title: 'NODE', value: ({ node }) => node },
        { title: 'KEY', value: ({ key = 'none yet' }) => key },
        { title: 'CERTIFICATE UNTIL', value: ({ validUntil }) => validUntil },
      ],
      nodes,
    ),
  ].join('\n');

const forget: CliCommand = {
  name: 'forget',
  summary: 'Forget the authority of a cluster, so that the next one of that name is pinned',
  description:
    'Needed after another cluster has joined under a name that was in use before: members continue to refuse it, because a dishonest hub could do the same. Compare the fingerprint that "kubeslice join" printed there with "kubeslice trust list" here afterwards.',
  arguments: [{ usage: '<cluster>', text: 'Cluster whose authority is forgotten' }],
  options: [contextOption('Context of the member cluster that forgets'), kubeconfigOption],
  examples: ['kubeslice trust forget west --context east'],
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (member) => {
      const { terminal, signal } = input;
      const cluster = input.arguments[0] ?? '';
      const pinned = await pinnedRoots(member, input);
      const names = Object.keys(pinned);
      if (!names.includes(cluster)) {
        throw new Failure(
          'NotFound',
          `Context "${member.context}" has pinned no authority of cluster "${cluster}"; it has those of: ${names.toSorted().join(', ') || 'none'}.${didYouMean(cluster, names)}`,
        );
      }
      const { revoked = [] } = (await ordersOf(member, input)).get(cluster) ?? {};
      // What was revoked stays so; of the rest, the next one is pinned again.
      await forgetCluster(member.client, cluster, { now: new Date(), orders: { accepted: undefined, revoked } }, signal);
      await reportTrust(member.client, forgetNote(cluster, printableFingerprint(pinned[cluster] ?? '')), signal);
      // Pins are read at the start of the worker.
      await restartWorker(member.client, signal);
      terminal.out(
        `The authority of cluster "${cluster}" is forgotten in context "${member.context}"; ${componentName('worker')} restarts.`,
      );
      return 0;
    }),
};

/** `kubeslice trust …`. */
export const command: CliCommand = {
  name: 'trust',
  summary: 'Show or change by which authorities clusters are verified',
  commands: [show, list, rotate, accept, revoke, forget],
};
