import { randomBytes } from 'node:crypto';
import { noticeKind } from '../../../api/kinds.ts';
import { type Notice, type NoticeSpec, noticeSlotName } from '../../../api/notice/type.ts';
import type { Rotation } from '../../../api/rotations.ts';
import type { EarlierTimes } from '../../../exchange/notice/farewell.ts';
import { decidePublication, publishedBy } from '../../../exchange/notice/publication.ts';
import { rateWeight } from '../../../exchange/notice/rate-weight.ts';
import { reportSlot, SlotTable, slotOf } from '../../../exchange/notice/slots.ts';
import { issueStatement } from '../../../exchange/trust/issue.ts';
import { verifyStatement } from '../../../exchange/trust/verify.ts';
import { createSigners } from '../../../identity/create-signer.ts';
import type { Root } from '../../../identity/root.ts';
import { ownRoots } from '../../../identity/rotation.ts';
import { remove } from '../../../kubernetes/remove.ts';
import type { Pace } from '../../../loop/pace.ts';
import { watching } from '../../../loop/watching.ts';
import { noticeObject } from '../../../plan/board/notice-object.ts';
import { Failure } from '../../../values/failure.ts';
import { sha256Hex } from '../../../values/text/hash.ts';
import type { Session } from '../session/session.ts';
import { createBoardWrites } from './board-writes.ts';
import { outboxKey, type Wanted } from './outbox.ts';
import type { OwnNotices } from './own-notices.ts';

/**
 * How often every own statement is checked without a change, in milliseconds. A check renews statements before they expire and publishes again what
 * was deleted from the board. A deletion alone triggers no check, or a cluster that is being removed would publish its notices again.
 */
export const renewalEveryMs = 300_000;

/**
 * Two controllers, `sign` and `publish`: `sign` signs the outbox; `publish` writes the notices to the board, with one write on the hub for each change.
 * The key is `<kind>/<subject>`.
 *
 * They are separate because a hub may delay a write for any time. Meanwhile the other members read later changes from this cluster.
 */
export const publisher = (session: Session, own: OwnNotices, pace: Pace) => {
  const { hub, clock, authority, board, outbox } = session;
  const { slice, sliceUID, exchangeNamespace: namespace } = session.grant;
  const writes = createBoardWrites();
  const digests = new WeakMap<NoticeSpec, string>();
  /** Identifies a signed text. Computed once for each notice. */
  const digestOf = (spec: NoticeSpec): string => {
    const digest = digests.get(spec) ?? sha256Hex(`${spec.signature}${spec.statement}`);
    digests.set(spec, digest);
    return digest;
  };
  /** Slots of own notices, by key: those that the board shows, and written ones that it does not show yet. */
  const slots = new SlotTable();
  /** The signed entries of the outbox, by key. */
  const signed = new Map<string, Wanted>();

  /** Keys for which the board does not match the outbox. */
  const unpublished = new Set<string>();
  /** Call it after everything that may change whether the board matches the outbox for a key. */
  const follow = (key: string): void => {
    const wanted = outbox.get(key);
    const mine = own.get(key);
    const holds = signed.get(key) === wanted && writes.held(key) === (mine === undefined ? undefined : digestOf(mine));
    if (wanted === undefined || wanted.kind === 'Links' || holds) unpublished.delete(key);
    else unpublished.add(key);
  };

  const shown = ({ type, object: { metadata, spec } }: { readonly type: string; readonly object: Notice }): string[] => {
    const slot = slotOf(hub.cluster, metadata.name);
    if (spec.cluster !== hub.cluster || slot === undefined) return [];
    const key = outboxKey(spec.kind, spec.subject);
    writes.shown(key, type === 'deleted' ? undefined : digestOf(spec));
    follow(key);
    if (type === 'deleted') {
      if (slots.get(key) === slot) slots.delete(key);
      return [];
    }
    slots.set(key, slot);
    return [key];
  };

  const ownKey = ({ object: { metadata, spec } }: { readonly object: Notice }): string[] =>
    spec.cluster === hub.cluster && slotOf(hub.cluster, metadata.name) !== undefined ? [outboxKey(spec.kind, spec.subject)] : [];

  const onBoard = (key: string): Notice | undefined => {
    const slot = slots.get(key);
    return slot === undefined ? undefined : board.get(`${namespace}/${noticeSlotName(hub.cluster, slot)}`);
  };

  const verifiedBy = (root: Root, spec: NoticeSpec) =>
    verifyStatement(spec, root, { slice, sliceUID, kind: spec.kind, subject: spec.subject }, clock.now());

  /** This authority, and the earlier ones of this cluster, whose notices may still be there. */
  const signerAt = createSigners(authority, randomBytes);
  const roots = ownRoots(authority);
  const serialOf = (spec: NoticeSpec): number | undefined => {
    for (const root of roots) {
      const verified = verifiedBy(root, spec);
      if (verified.ok) return verified.stated.serial;
    }
    return undefined;
  };

  const present = new WeakSet<NoticeSpec>();
  /** Whether an own notice is to be signed again because an earlier authority signed it. */
  const isOfEarlierAuthority = (spec: NoticeSpec): boolean => {
    if (roots.length === 1 || present.has(spec)) return false;
    const verified = verifiedBy(authority, spec);
    if (!verified.ok && verified.code === 'BadSignature') return true;
    present.add(spec);
    return false;
  };

  /**
   * Whether the board has a later notice of this cluster than its own store: the store was restored from an older copy, or the worker ended before it
   * stored the notice.
   */
  const isBehind = (mine: NoticeSpec, seen: Notice | undefined): boolean =>
    seen !== undefined && digestOf(seen.spec) !== digestOf(mine) && (serialOf(seen.spec) ?? 0) > (serialOf(mine) ?? 0);

  /** Makes the next serial higher than that of a notice which this cluster no longer knows but once signed. */
  const raiseSerial = (spec: NoticeSpec): void => {
    const serial = serialOf(spec);
    if (serial !== undefined) outbox.raiseSerial(serial);
  };

  /** Signs the statement again where necessary. */
  const sign = (key: string, { kind, subject, body, text }: Wanted): void => {
    const [mine, seen] = [own.get(key), onBoard(key)];
    const last =
      mine === undefined
        ? seen === undefined
          ? undefined
          : 'overwritten'
        : isBehind(mine, seen) || isOfEarlierAuthority(mine)
          ? 'overwritten'
          : publishedBy(mine, sliceUID, session.earlier.floor);
    const now = clock.now();
    switch (decidePublication(text, last, now)) {
      case 'keep':
        return;
      case 'remove':
        own.delete(key);
        return;
      case 'state':
      case 'withdraw': {
        for (const known of [mine, seen?.spec]) if (known !== undefined) raiseSerial(known);
        const draft = { kind, slice, sliceUID, subject, body, serial: outbox.nextSerial() };
        const { statement, signature, chain } = issueStatement(authority, draft, now, signerAt(now)).signed;
        const carried = kind === 'Cluster' ? besideClaim(session.earlier.farewells, authority.rotations) : {};
        own.set({
          cluster: hub.cluster,
          kind,
          subject,
          statement,
          signature,
          ...(chain === undefined ? {} : { chain: [...chain] }),
          ...carried,
        });
      }
    }
  };

  const slotFor = (key: string, kind: string): number => {
    if (kind === 'Links') return reportSlot;
    const slot = slots.take(key);
    if (slot === undefined)
      throw new Failure('QuotaExceeded', `This cluster has as many notices in slice ${slice} as one may have; delete exports.`);
    return slot;
  };

  const write = async (notice: Notice, exists: boolean, signal: AbortSignal): Promise<void> => {
    const create = () => hub.client.create(noticeKind, notice, { signal });
    if (!exists) return void (await create());
    try {
      const patch = { metadata: { labels: notice.metadata.labels }, spec: notice.spec };
      await hub.client.mergePatch(noticeKind, notice.metadata, patch, { signal });
    } catch (error) {
      if (Failure.is(error, 'NotFound')) await create();
      else if (Failure.is(error, 'Forbidden')) await replace(notice, signal);
      else throw error;
    }
  };

  /**
   * Replaces a notice as a whole: another writer added labels, annotations or finalizers that a member may not keep and that a patch does not remove.
   */
  const replace = async (notice: Notice, signal: AbortSignal): Promise<void> => {
    const seen = await hub.client.get(noticeKind, notice.metadata, { signal });
    const { resourceVersion } = seen.metadata;
    const metadata = { ...notice.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    await hub.client.update(noticeKind, { ...notice, metadata }, { signal });
  };

  const isShown = (key: string): boolean => {
    const mine = own.get(key);
    return mine === undefined ? onBoard(key) === undefined : writes.held(key) === digestOf(mine);
  };

  /** Makes the board match the own notice, or removes it when there is none. */
  const show = async (key: string, signal: AbortSignal): Promise<void> => {
    if (isPaced(key) && !isShown(key)) await pace.turn(rateWeight(own.get(key)), signal);
    // Writes the newest notice: it may have changed meanwhile.
    const [mine, seen] = [own.get(key), onBoard(key)];
    if (mine === undefined) {
      if (seen !== undefined) await remove(hub.client, noticeKind, seen.metadata, signal);
      writes.forget(key);
      return;
    }
    const digest = digestOf(mine);
    const held = writes.held(key);
    if (held === digest) return;
    // Signed again first, above what the board shows: everybody would refuse an older statement.
    if (isBehind(mine, seen)) return;
    const { kind } = mine;
    const name = noticeSlotName(hub.cluster, slotFor(key, kind));
    const notice = noticeObject(slice, { name, namespace }, mine);
    // The board that members read does not show reports, so earlier writes would stay recorded.
    if (kind === 'Links') writes.forget(key);
    writes.writing(key, digest);
    try {
      await write(notice, held !== undefined || kind === 'Links', signal);
    } catch (error) {
      writes.forget(key);
      if (!Failure.is(error, 'AlreadyExists')) throw error;
      // A notice that the mirror has not shown yet has the slot.
      slots.delete(key);
      throw new Failure('Conflict', `Notice ${name} exists already.`, { cause: error });
    }
  };

  const resync = { everyMs: renewalEveryMs, keys: () => new Set([...outbox.keys(), ...own.keys()]) };
  const publish = {
    name: 'publish',
    resync,
    laneOf: laneOfStatement,
    watches: [watching(board, shown), watching(own, (key) => [key])],
    reconcile: async (key: string, signal: AbortSignal): Promise<void> => {
      const wanted = outbox.get(key);
      // The board shows which slots are taken; all keys are queued again as soon as it is read.
      if (wanted === undefined || !board.isSynced()) return;
      try {
        await show(key, signal);
        if (outbox.get(key) !== wanted || wanted.text !== undefined || own.get(key) !== undefined) return;
        outbox.forget(key);
        signed.delete(key);
      } finally {
        follow(key);
      }
    },
  };
  const signing = {
    name: 'sign',
    resync,
    watches: [watching(board, ownKey), watching(outbox, (key) => [key])],
    reconcile: async (key: string): Promise<void> => {
      const wanted = outbox.get(key);
      if (wanted === undefined) return;
      sign(key, wanted);
      signed.set(key, wanted);
      follow(key);
    },
  };
  // Subscribed before the controllers are, so that no change of the outbox is processed before this knows it.
  outbox.subscribe(follow);
  return {
    controllers: [publish, signing] as const,
    /** Whether the board matches the outbox; reports do not count. */
    isPublished: (): boolean => unpublished.size === 0,
    /** How many notices this cluster has on the board, or will have. */
    notices: (): number => slots.size + 1,
  };
};

/** What a statement of this cluster about itself has beside it: how others get from an authority of before to the present one. */
const besideClaim = (
  farewells: EarlierTimes['farewells'],
  rotations: readonly Rotation[],
): Pick<NoticeSpec, 'farewells' | 'rotations'> => ({
  ...(farewells.length === 0 ? {} : { farewells: [...farewells] }),
  ...(rotations.length === 0 ? {} : { rotations: [...rotations] }),
});

/** Whether writes about it are limited in rate: a cluster publishes little about itself, and its reports have a pace of their own. */
const isPaced = (key: string): boolean => !key.startsWith('Links/') && !key.startsWith('Cluster/');

/** Statements of one namespace, and those of each other kind, take turns: no namespace, and no node, delays the others. */
const laneOfStatement = (key: string): string => {
  const [kind = '', namespace = '', name] = key.split('/');
  return name === undefined ? kind : namespace;
};
