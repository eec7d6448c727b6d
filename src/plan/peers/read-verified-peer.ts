import type { SlicePeer } from '../../api/slicepeer/type.ts';
import { statementOf } from '../../exchange/ledger/ledger.ts';
import type { Statement } from '../../exchange/statement/statement.ts';
import { type PeerReader, type ReadPeer, readPlainPeer } from '../facts/facts.ts';
import { type PeerFacts, peerName } from '../facts/node-state.ts';
import { statedPeer } from '../membership/slice-objects.ts';
import type { FollowedPeers } from './follow-peers.ts';

/**
 * A reader that gives the peers of the statements that this node verified, and parses each once.
 *
 * ```
 * object                                   then
 * with a statement that is in force        the peer as its cluster stated it, whatever the other fields are
 * with a refused statement                 the peer as stated before, if there is one, and the refusal
 * without a statement, and no object       the peer by its fields: the worker is of a version that delivers no statements
 *   ever had one
 * without a statement otherwise            refused, but for a peer that this node uses already with the same key and blocks: a worker
 *                                          of an older version interrupts nothing
 * ```
 */
export const createVerifiedReader = (): ((followed: FollowedPeers) => PeerReader) => {
  const stated = new WeakMap<Statement<'Node'>, { readonly subnet: string; readonly read: ReadPeer }>();
  const plain = new WeakMap<SlicePeer, { readonly subnet: string; readonly read: ReadPeer }>();

  const remembered = <K extends object>(
    cache: WeakMap<K, { readonly subnet: string; readonly read: ReadPeer }>,
    key: K,
    subnet: string,
    read: () => ReadPeer,
  ): ReadPeer => {
    const last = cache.get(key);
    if (last?.subnet === subnet) return last.read;
    const fresh = { subnet, read: read() };
    cache.set(key, fresh);
    return fresh.read;
  };

  return ({ trust, refusalOf }) =>
    (object, slice, known) => {
      const { cluster, node } = object.spec;
      if (object.spec.statement === undefined) {
        const read = remembered(plain, object, slice.subnet, () => readPlainPeer(object, slice));
        if (!trust.isSigned || read.peer === undefined) return read;
        const used = known(peerName(read.peer));
        if (used !== undefined && isSamePeer(read.peer, used)) return read;
        return {
          refused: `it has no statement of cluster "${cluster}", which the worker of this cluster must deliver; upgrade the worker.`,
        };
      }
      const ledger = trust.slices.get(slice.uid)?.ledger;
      const statement = ledger === undefined ? undefined : statementOf(ledger, 'Node', cluster, node);
      const refusal = refusalOf(object);
      const refused = refusal === undefined ? undefined : printable(refusal);
      if (statement === undefined) return refused === undefined ? {} : { refused };
      const read = remembered(stated, statement, slice.subnet, () => readPlainPeer({ spec: statedPeer(statement) }, slice));
      return refused === undefined ? read : { ...read, refused };
    };
};

/** Whether two are the same node with the same traffic. The tunnel authenticates the other end, so another endpoint is no other peer. */
const isSamePeer = (a: PeerFacts, b: PeerFacts): boolean =>
  peerName(a) === peerName(b) && a.publicKey === b.publicKey && a.router === b.router && a.blocks.join() === b.blocks.join();

/** A sentence with parts that other clusters wrote, made safe to show. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 512);
