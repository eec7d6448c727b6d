import { type DeniedRow, deniedRows } from '../../plan/flows/denied-rows.ts';
import { podText, portText } from '../../plan/flows/flow-row.ts';
import { type SeenRow, seenRows } from '../../plan/flows/seen-rows.ts';
import { Failure } from '../../values/failure.ts';
import type { CliCommand, CliInput } from '../command.ts';
import { findSides, flowsOfMembers } from '../diagnosis/flows-of-members.ts';
import { contextOption, kubeconfigOption, projectOption, textOption } from '../options/common-options.ts';
import { watchTime, watchTimeOption } from '../options/watch-time.ts';
import { formatAge } from '../render/age.ts';
import { outputOption, printModel } from '../render/output.ts';
import { type Column, renderTable } from '../render/table.ts';
import { unaskedNotes } from '../render/unasked-notes.ts';
import { withCluster } from '../steps/open-cluster.ts';

/** How long nodes count the flows that pass without `--watch`, in milliseconds. */
const defaultWatchMs = 10_000;

const serviceOrPod = (pod: SeenRow['destination']): string =>
  pod.service === undefined ? podText(pod) : `${podText(pod)} of ${pod.service}`;

const seenColumns: readonly Column<SeenRow>[] = [
  { title: 'SLICE', value: ({ slice }) => slice },
  { title: 'FROM', value: ({ source }) => podText(source) },
  { title: 'ACCOUNT', value: ({ source }) => source.serviceAccount },
  { title: 'TO', value: ({ destination }) => serviceOrPod(destination) },
  { title: 'PORT', value: portText },
  { title: 'PACKETS', value: ({ packets }) => packets, align: 'right' },
];

const deniedColumns: readonly Column<DeniedRow>[] = [
  { title: 'LAST', value: ({ age }) => formatAge(age * 1_000), align: 'right' },
  { title: 'SLICE', value: ({ slice }) => slice },
  { title: 'FROM', value: ({ source }) => podText(source) },
  { title: 'ACCOUNT', value: ({ source }) => source.serviceAccount },
  { title: 'TO', value: ({ destination }) => (destination === undefined ? undefined : serviceOrPod(destination)) },
  { title: 'PORT', value: (row) => (row.destination === undefined ? undefined : portText(row)) },
  { title: 'RULE', value: ({ rule }) => rule.text },
  { title: 'AT', value: ({ end }) => end },
  { title: 'PACKETS', value: ({ packets }) => packets, align: 'right' },
  { title: 'NODE', value: ({ cluster, node }) => `${cluster}/${node}`, wide: true },
  { title: 'ADDRESSES', value: ({ source, destination }) => `${source.address} → ${destination?.address ?? '?'}`, wide: true },
];

const print = async <R extends object>(
  { terminal, options }: CliInput,
  columns: readonly Column<R>[],
  rows: readonly R[],
  none: string,
): Promise<void> => {
  const isText = options.output === undefined || options.output === 'wide';
  if (isText && rows.length === 0) terminal.err(none);
  else await printModel(terminal, options.output, rows, () => renderTable(columns, rows, { wide: options.output === 'wide' }));
};

/** `kubeslice flows`. */
export const command: CliCommand = {
  name: 'flows',
  summary: 'Show who calls whom, and with --denied what access policies denied lately',
  description:
    'Nodes keep what their policies denied in the last 15 minutes: the last packet, both ends, port, count. The rule is the one by which the policies of now deny it, as the node knows both pods; AT is the end whose node denied it.\n\nWithout --denied, nodes count the flows that pass for the time of --watch; at rest they count none.\n\nIt needs the right to execute commands in the pods of kubeslice-system in a member. A hub has no way to the nodes of members: with its context, members are asked through contexts that have their names.',
  arguments: [{ usage: '[slice]', text: 'Only this slice' }],
  options: [
    { flags: '--denied', text: 'Show what was denied lately instead of what passes' },
    watchTimeOption('How long nodes count what passes (default: 10s)'),
    contextOption('Context of a member, or of the hub'),
    projectOption,
    outputOption('json', 'yaml', 'wide'),
    kubeconfigOption,
  ],
  examples: ['kubeslice flows --denied --context east', 'kubeslice flows app-slice --watch 30s --context east -o wide'],
  run: async (input) => {
    const isDenied = input.options.denied === true;
    const watchMs = watchTime(input, defaultWatchMs);
    const slice = input.arguments[0];
    return withCluster(input, textOption(input, 'context'), async (cluster) => {
      const question = { ...(slice === undefined ? {} : { slice }), ...(isDenied ? {} : { watchMs }) };
      const found = await flowsOfMembers(input, cluster, await findSides(input, cluster), question);
      for (const note of unaskedNotes(found.unasked)) input.terminal.err(note);
      const slices = found.members.flatMap(({ answers }) => answers.flatMap((answer) => answer.slices));
      if (slice !== undefined && slices.length === 0)
        throw new Failure(
          'NotFound',
          `No node that was asked is in a slice "${slice}"; see "kubeslice slices", or name another context with --context.`,
        );
      for (const { slice: of, trouble } of slices) if (trouble !== undefined) input.terminal.err(`note: slice ${of}: ${trouble}`);
      if (isDenied) {
        const none = slices.some(({ denied }) => denied !== undefined)
          ? 'Nothing was denied in the last 15 minutes.'
          : 'No node that was asked enforces an access policy, so nothing is denied.';
        await print(input, deniedColumns, deniedRows(found.members, found.names), none);
      } else await print(input, seenColumns, seenRows(found.members, found.names), 'No flow passed while the nodes counted.');
      return 0;
    });
  },
};
