import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { podText, portText } from '../../plan/flows/flow-row.ts';
import { changeByFile, changeByName } from '../../plan/flows/policy-change.ts';
import { type Preview, type PreviewRow, planPreview } from '../../plan/flows/preview.ts';
import { Failure } from '../../values/failure.ts';
import { type CliCommand, type CliInput, exitCodes } from '../command.ts';
import { type FlowsOfMembers, findSides, flowsOfMembers } from '../diagnosis/flows-of-members.ts';
import { contextOption, kubeconfigOption, projectOption, textOption } from '../options/common-options.ts';
import { readPolicies } from '../options/policy-file.ts';
import { watchTime, watchTimeOption } from '../options/watch-time.ts';
import { outputOption, printModel } from '../render/output.ts';
import { type Column, renderTable } from '../render/table.ts';
import { unaskedNotes } from '../render/unasked-notes.ts';
import { withCluster } from '../steps/open-cluster.ts';

/** How long nodes count the flows that pass without `--watch`, in milliseconds. */
const defaultWatchMs = 30_000;

const columns: readonly Column<PreviewRow>[] = [
  { title: 'WOULD', value: ({ would }) => would },
  { title: 'SLICE', value: ({ slice }) => slice },
  { title: 'FROM', value: ({ source }) => podText(source) },
  { title: 'ACCOUNT', value: ({ source }) => source.serviceAccount },
  { title: 'TO', value: ({ destination }) => podText(destination) },
  { title: 'PORT', value: portText },
  { title: 'RULE', value: ({ rule, would }) => (would === 'cut' ? rule.text : `now: ${rule.text}`) },
  { title: 'PACKETS', value: ({ packets }) => packets, align: 'right' },
];

/** The policies to write, or the name of the one that ends. */
type Asked = { readonly policies: readonly AccessPolicy[] } | { readonly name: string };

const readAsked = async (input: CliInput): Promise<Asked> => {
  const [file, name] = [textOption(input, 'filename'), textOption(input, 'delete')];
  if (file !== undefined && name === undefined) return { policies: await readPolicies(file) };
  if (name !== undefined && file === undefined) return { name };
  throw new Failure('InvalidInput', 'Name either the file of a policy with --filename, or a policy that would end with --delete.');
};

const counted = (rows: readonly PreviewRow[], would: PreviewRow['would']): number => rows.filter((row) => row.would === would).length;

const textOf = ({ rows, compared }: Preview): string => {
  const [cut, allowed] = [counted(rows, 'cut'), counted(rows, 'allow')];
  const verdict = `Of ${compared} flows that nodes saw pass or denied lately, the change would cut ${cut} and allow ${allowed} that are denied now.`;
  return rows.length === 0 ? verdict : `${renderTable(columns, rows)}\n\n${verdict}`;
};

/** What a reader must know beside the rows. */
const notesOn = ({ missed, unknown }: Preview, asked: Asked, { members, unasked }: FlowsOfMembers): string[] => {
  const slices = members.flatMap(({ answers }) => answers.flatMap((answer) => answer.slices));
  const bare = [...new Set(slices.filter(({ access }) => access === undefined).map(({ slice }) => slice))];
  const first = 'policies' in asked ? bare.filter((slice) => asked.policies.some(({ spec }) => spec.slice === slice)) : [];
  return [
    ...unaskedNotes(unasked),
    ...slices.flatMap(({ slice, trouble }) => (trouble === undefined ? [] : [`note: slice ${slice}: ${trouble}`])),
    ...(missed === 0
      ? []
      : [`note: ${missed} packets belong to flows for which a node had no room; listen for a shorter time to see others`]),
    ...unknown.map((name) => `note: no node that was asked enforces a policy ${name}`),
    ...first.map(
      (slice) =>
        `note: slice ${slice} has no policy yet: the first one also ends TCP connections that began before it; they can begin again`,
    ),
  ];
};

const preview: CliCommand = {
  name: 'preview',
  summary: 'Show which flows a changed access policy would cut or allow; nothing is changed',
  description:
    'Nodes count the flows that pass for the time of --watch, and know what they denied in the last 15 minutes. These flows are judged by the policies of now and by those after the change, with the judgement that nodes enforce. A flow that did not happen in that time is not among them: listen long enough to meet nightly jobs.\n\nOn the hub, the policy is one of the slice; members are asked through contexts that have their names, since a hub has no way to their nodes. In a member it is one of the owner of the pods in its namespace, and its flows are judged with the policies that this member knows.\n\nA policy with dryRun is judged as if it were in force. Ends with code 2 when the change would cut a flow.',
  options: [
    { flags: '-f, --filename <file>', text: 'File with the AccessPolicy, or several, as it would be applied' },
    { flags: '--delete <name>', text: 'The policy that would end: its name on the hub, namespace/name in a member' },
    watchTimeOption('How long nodes count what passes (default: 30s)'),
    contextOption('Context of the hub for a policy of a slice, of a member for one of an owner'),
    projectOption,
    outputOption('json', 'yaml'),
    kubeconfigOption,
  ],
  examples: [
    'kubeslice policy preview -f policy.yaml --context hub --watch 1m',
    'kubeslice policy preview --delete app-ns/backend-from-west --context east',
  ],
  run: async (input) => {
    const asked = await readAsked(input);
    const watchMs = watchTime(input, defaultWatchMs);
    return withCluster(input, textOption(input, 'context'), async (cluster) => {
      const { terminal } = input;
      const sides = await findSides(input, cluster);
      const side = { member: sides.member, project: sides.project };
      const changes = 'policies' in asked ? asked.policies.map((policy) => changeByFile(policy, side)) : [changeByName(asked.name, side)];
      if (terminal.interactive) terminal.err(`Nodes count what passes for ${watchMs / 1_000} s …`);
      const found = await flowsOfMembers(input, cluster, sides, { watchMs });
      const result = planPreview(found.members, changes, found.names);
      for (const note of notesOn(result, asked, found)) terminal.err(note);
      const { rows, compared, missed } = result;
      const model = { cut: counted(rows, 'cut'), allowed: counted(rows, 'allow'), compared, missed, flows: rows, unasked: found.unasked };
      await printModel(terminal, input.options.output, model, () => textOf(result));
      return model.cut > 0 ? exitCodes.unhealthy : exitCodes.ok;
    });
  },
};

/** `kubeslice policy …`. */
export const command: CliCommand = {
  name: 'policy',
  summary: 'Preview what a changed access policy would do',
  commands: [preview],
};
