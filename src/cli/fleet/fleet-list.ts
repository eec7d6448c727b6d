import type { StatementKind } from '../../api/notice/type.ts';
import { type FleetLists, planFleetLists } from '../../plan/status/fleet-status.ts';
import { planMemberLists } from '../../plan/status/member-status.ts';
import { Failure } from '../../values/failure.ts';
import { didYouMean } from '../../values/text/nearest.ts';
import type { CliCommand, CliInput, CliOption } from '../command.ts';
import { contextOption, kubeconfigOption, projectOption, textOption } from '../options/common-options.ts';
import { outputOption, printModel } from '../render/output.ts';
import { type Column, renderTable } from '../render/table.ts';
import type { Colors } from '../render/terminal.ts';
import { unreadableNotes } from '../render/unreadable-note.ts';
import { withCluster } from '../steps/open-cluster.ts';
import { observeSides, type Sides } from './sides.ts';

/** A command that lists one kind of thing of a project. */
export interface FleetList<R extends object> {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly examples: readonly string[];
  readonly options?: readonly CliOption[];
  readonly kinds: readonly StatementKind[];
  readonly rows: (lists: FleetLists, input: CliInput) => readonly R[];
  readonly columns: (color: Colors) => readonly Column<R>[];
  /** The text for an empty list. */
  readonly none: string;
}

/** `--context` of a command that works in the hub and in members alike. */
export const sideOption: CliOption = contextOption('Context of the hub, or of a member: there it shows what is known there');

/** @throws Failure `NotFound` for a name that does not exist, which must not resemble an empty list. */
const checkThere = (what: string, name: string | undefined, there: readonly string[]): void => {
  const names = [...new Set(there)].toSorted();
  if (name === undefined || names.includes(name)) return;
  throw new Failure(
    'NotFound',
    `There is no ${what} "${name}" in this project; there are: ${names.join(', ') || 'none'}.${didYouMean(name, names)}`,
  );
};

/** The lists of each side, with a heading. */
const listsOf = ({ hub, member }: Sides): { readonly seenBy: string; readonly heading: string; readonly lists: FleetLists }[] => [
  ...(hub === undefined ? [] : [{ seenBy: 'hub', heading: `Hub, project ${hub.project}:`, lists: planFleetLists(hub) }]),
  ...(member === undefined
    ? []
    : [{ seenBy: member.cluster, heading: `Member cluster ${member.cluster}:`, lists: planMemberLists(member) }]),
];

/** The command that reads the hub or a member, plans the rows and prints them; for a cluster that is both, those of the hub first. */
export const fleetList = <R extends object>(list: FleetList<R>): CliCommand => ({
  name: list.name,
  summary: list.summary,
  ...(list.description === undefined ? {} : { description: list.description }),
  options: [sideOption, projectOption, ...(list.options ?? []), outputOption('json', 'yaml', 'wide'), kubeconfigOption],
  examples: list.examples,
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (cluster) => {
      const { terminal, options, signal } = input;
      const observed = await observeSides(cluster, input, list.kinds, signal);
      const sides = listsOf(observed);
      for (const note of unreadableNotes(observed)) terminal.err(note);
      for (const what of ['slice', 'cluster'] as const) {
        checkThere(
          what,
          textOption(input, what),
          sides.flatMap(({ lists: { names } }) => names[`${what}s`]),
        );
      }
      const seen = sides.map(({ lists, ...side }) => ({ ...side, rows: list.rows(lists, input) }));
      const isText = options.output === undefined || options.output === 'wide';
      if (isText && seen.every(({ rows }) => rows.length === 0)) terminal.err(list.none);
      else {
        const model = seen.flatMap(({ seenBy, rows }) => rows.map((row) => ({ ...row, ...(seen.length > 1 ? { seenBy } : {}) })));
        const table = (rows: readonly R[]): string => renderTable(list.columns(terminal.color), rows, { wide: options.output === 'wide' });
        const text = (): string =>
          seen.length === 1
            ? table(seen[0]?.rows ?? [])
            : seen.map(({ heading, rows }) => `${heading}\n${rows.length === 0 ? 'none' : table(rows)}`).join('\n\n');
        await printModel(terminal, options.output, model, text);
      }
      return 0;
    }),
});

/** `--slice`, to show one slice only. */
export const sliceOption: CliOption = { flags: '--slice <name>', text: 'Only this slice' };
/** `--cluster`, to show one cluster only. */
export const clusterOption: CliOption = { flags: '--cluster <name>', text: 'Only this cluster' };

/** Whether a row matches `--slice` and `--cluster`. */
export const isWanted = (input: CliInput, row: { readonly slice: string; readonly clusters: readonly string[] }): boolean => {
  const slice = textOption(input, 'slice');
  const cluster = textOption(input, 'cluster');
  return (slice === undefined || row.slice === slice) && (cluster === undefined || row.clusters.includes(cluster));
};
