import { type Entry, rememberedUntil } from '../../exchange/ledger/entry.ts';
import { refKey, withEntries } from '../../exchange/ledger/ledger.ts';
import { clockSkewMs } from '../../exchange/trust/lifetime.ts';
import type { SliceTrust } from './peer-trust.ts';

/**
 * What a node has accepted, without the peers that have no object any more: their blocks and keys are free for other nodes of their cluster. They are
 * remembered until no older statement about them can be accepted.
 * @param present the nodes that have an object, as `cluster/node`
 */
export const withoutEnded = (slice: SliceTrust, present: ReadonlySet<string>, now: number): SliceTrust => {
  let { ledger, notices } = slice;
  for (const [cluster, { entries }] of slice.ledger.clusters) {
    const changes = new Map<string, Entry | undefined>();
    for (const [subject, entry] of entries.Node) {
      if (present.has(`${cluster}/${subject}`)) continue;
      if (now > rememberedUntil(entry) + clockSkewMs) changes.set(subject, undefined);
      else if (entry.inForce) changes.set(subject, { ...entry, inForce: false });
    }
    if (changes.size === 0) continue;
    ledger = withEntries(ledger, { kind: 'Node', cluster }, changes, now);
    for (const [subject, entry] of changes) {
      if (entry !== undefined) continue;
      if (notices === slice.notices) notices = new Map(notices);
      (notices as Map<string, unknown>).delete(refKey({ kind: 'Node', cluster, subject }));
    }
  }
  return ledger === slice.ledger ? slice : { ...slice, ledger, notices };
};

/** What a node has accepted, without everything of a cluster. */
export const withoutCluster = (slice: SliceTrust, cluster: string): SliceTrust => {
  if (!slice.ledger.clusters.has(cluster)) return slice;
  const clusters = new Map(slice.ledger.clusters);
  clusters.delete(cluster);
  return { ...slice, ledger: { clusters }, notices: new Map([...slice.notices].filter(([, notice]) => notice.cluster !== cluster)) };
};
