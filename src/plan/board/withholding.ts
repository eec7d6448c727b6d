import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';

/** A cluster whose published notices are not all on the board. */
export interface WithheldCluster {
  readonly cluster: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** How many clusters the condition lists. */
const shown = 10;

/** The condition `HubWithholds`, with the clusters and the times. None for a slice that never had it (`before`: its current conditions). */
export const withholdingVerdicts = (before: readonly Condition[] | undefined, withheld: readonly WithheldCluster[]): Verdict[] => {
  const type = 'HubWithholds';
  const list = withheld.slice(0, shown).map(({ cluster, since }) => `${cluster} (since ${new Date(since).toISOString()})`);
  const more = withheld.length > shown ? ` and ${withheld.length - shown} more` : '';
  const message = `The hub does not show what these clusters publish: ${list.join(', ')}${more}. Either the hub withholds it, or their workers do not reach the hub; it is read from the clusters through the tunnels. Compare "kubeslice status" on the hub with that of those clusters.`;
  const exception: Verdict | undefined =
    withheld.length === 0 ? undefined : { type, status: 'True', reason: 'StatementsWithheld', message };
  return exceptionVerdicts(before, exception, {
    type,
    status: 'False',
    reason: 'Accepted',
    message: 'The hub shows what the other clusters publish.',
  });
};
