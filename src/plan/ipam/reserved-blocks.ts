import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import type { ExchangeContext } from '../../exchange/ledger/context.ts';
import type { Ledger } from '../../exchange/ledger/ledger.ts';
import { formatCidr } from '../../values/address/cidr.ts';
import { sortedBy } from '../../values/text/order.ts';

/** Blocks of a former member that did not give them up. */
export interface ReservedBlocks {
  readonly cluster: string;
  /** In CIDR notation, ascending. */
  readonly blocks: readonly string[];
}

/**
 * The blocks that no other cluster can use here although their owner was removed. The hub ends a membership, but it cannot reassign the blocks, or it
 * could redirect the traffic of a removed cluster. Only the owner can free them, or an administrator of this cluster.
 */
export const reservedBlocks = (ledger: Ledger, member: ExchangeContext['member']): ReservedBlocks[] =>
  sortedBy(
    [...ledger.clusters].flatMap(([cluster, { owned }]) => {
      const grant = member(cluster);
      const isRemoved = grant !== undefined && grant !== 'unknown' && grant.ended;
      return isRemoved && owned.length > 0 ? [{ cluster, blocks: owned.map(formatCidr) }] : [];
    }),
    ({ cluster }) => cluster,
  );

/** How many clusters the condition lists, and how many blocks of each. */
const shown = 5;

/** The condition `BlocksReserved`, with the command for each cluster. None for a slice that never had any (`before`: its current conditions). */
export const reservedVerdicts = (before: readonly Condition[] | undefined, reserved: readonly ReservedBlocks[]): Verdict[] => {
  const type = 'BlocksReserved';
  const one = ({ cluster, blocks }: ReservedBlocks): string => {
    const more = blocks.length > shown ? ` and ${blocks.length - shown} more` : '';
    return `Cluster "${cluster}" is no longer a member and did not give up ${blocks.slice(0, shown).join(', ')}${more}; if it is gone for good, run "kubeslice trust forget ${cluster} --context <this cluster>".`;
  };
  const rest = reserved.length > shown ? ` And ${reserved.length - shown} clusters more.` : '';
  const message = `${reserved.slice(0, shown).map(one).join(' ')}${rest}`;
  const exception: Verdict | undefined = reserved.length === 0 ? undefined : { type, status: 'True', reason: 'OwnerRemoved', message };
  return exceptionVerdicts(before, exception, {
    type,
    status: 'False',
    reason: 'Accepted',
    message: 'No removed cluster has blocks here.',
  });
};
