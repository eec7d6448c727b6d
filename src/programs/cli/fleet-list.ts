import type { StatementKind } from '../../api/notice/type.ts';
import type { FleetSnapshot } from '../../plan/status/fleet-snapshot.ts';
import { Failure } from '../../values/failure.ts';
import type { CliCommand, CliInput, CliOption } from './command.ts';
import { contextOption, kubeconfigOption, projectOf, projectOption, textOption } from './common-options.ts';
import { observeFleet } from './observe-fleet.ts';
import { withCluster } from './open-cluster.ts';
import { outputOption, printModel } from './output.ts';
import { type Column, renderTable } from './table.ts';
import type { Colors } from './terminal.ts';

/** A command that lists one thing of a project. */
export interface FleetList<R> {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options?: readonly CliOption[];
  readonly kinds: readonly StatementKind[];
  readonly rows: (snapshot: FleetSnapshot, input: CliInput) => readonly R[];
  readonly columns: (color: Colors) => readonly Column<R>[];
  /** What is said when there is nothing. */
  readonly none: string;
}

/** @throws Failure `NotFound` when something is asked for by a name that nothing has, which must not look like "there is nothing". */
const checkThere = (what: string, name: string | undefined, there: readonly { readonly metadata: { readonly name: string } }[]): void => {
  const names = there.map(({ metadata }) => metadata.name);
  if (name === undefined || names.includes(name)) return;
  throw new Failure('NotFound', `There is no ${what} "${name}" in this project; there are: ${names.toSorted().join(', ') || 'none'}.`);
};

/** The command that reads the hub, plans the rows and prints them. */
export const fleetList = <R>(list: FleetList<R>): CliCommand => ({
  name: list.name,
  summary: list.summary,
  options: [
    contextOption('Context of the hub cluster'),
    projectOption,
    ...(list.options ?? []),
    outputOption('json', 'yaml', 'wide'),
    kubeconfigOption,
  ],
  examples: list.examples,
  run: async (input) =>
    withCluster(input, textOption(input, 'context'), async (hub) => {
      const { terminal, options, signal } = input;
      const snapshot = await observeFleet(hub, projectOf(input), list.kinds, signal);
      checkThere('slice', textOption(input, 'slice'), snapshot.slices);
      checkThere('cluster', textOption(input, 'cluster'), snapshot.clusters);
      const rows = list.rows(snapshot, input);
      if (rows.length === 0 && (options.output === undefined || options.output === 'wide')) terminal.err(list.none);
      else {
        const text = () => renderTable(list.columns(terminal.color), rows, { wide: options.output === 'wide' });
        await printModel(terminal, options.output, rows, text);
      }
      return 0;
    }),
});

/** `--slice`, to show one slice only. */
export const sliceOption: CliOption = { flags: '--slice <name>', text: 'Only this slice' };
/** `--cluster`, to show one cluster only. */
export const clusterOption: CliOption = { flags: '--cluster <name>', text: 'Only this cluster' };

/** Whether a row is among those that `--slice` and `--cluster` ask for. */
export const isWanted = (input: CliInput, row: { readonly slice: string; readonly clusters: readonly string[] }): boolean => {
  const slice = textOption(input, 'slice');
  const cluster = textOption(input, 'cluster');
  return (slice === undefined || row.slice === slice) && (cluster === undefined || row.clusters.includes(cluster));
};
