import { serialAnnotation, sourceClusterLabel } from '../../api/labels.ts';
import { membershipName } from '../../api/membership/type.ts';
import { type Notice, type NoticeSpec, noticeName, type StatementKind } from '../../api/notice/type.ts';
import { memberNamespace } from '../../api/places.ts';
import { slicePeerName } from '../../api/slicepeer/type.ts';
import { type Root, readRoot } from '../../identity/root.ts';
import { decideTrust } from '../../identity/trust.ts';
import { type SeenStatement, verifyStatement } from '../../identity/verify-statement.ts';
import { createWithdrawn } from '../../identity/withdrawn.ts';
import { watching } from '../../loop/watching.ts';
import { checkDelegation, type DelegationContext } from '../../plan/worker/delegation.ts';
import { parseObjectKey } from '../../values/object-key.ts';
import { serviceIndex } from './local-world.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';

const delegationOf = ({ grant, statements, members, hub }: Session): DelegationContext => ({
  sliceSubnet: grant.sliceSubnet,
  namespaces: grant.namespaces,
  granted: (cluster) =>
    members.isSynced() ? (members.get(`${hub.namespace}/${membershipName(grant.slice, cluster)}`)?.spec.blocks ?? []) : undefined,
  claimed: (cluster) =>
    statements.get('Cluster', cluster, cluster)?.body.blocks ??
    (statements.by('Node', cluster).length === 0
      ? undefined
      : statements.by('Node', cluster).flatMap((statement) => statement.body.blocks)),
  // A cluster whose nodes are in use keeps its claim even when its own statement is gone.
  claimants: () => new Set([...statements.clusters('Cluster'), ...statements.clusters('Node')]),
  nodes: (cluster) => statements.by('Node', cluster).map((statement) => statement.body),
  keyOwner: (publicKey) => statements.keyOwner(publicKey),
});

/** The certificate that a statement about a cluster carries, before anything about it was verified. */
const offeredBy = (text: string): string | undefined => {
  try {
    const { body } = JSON.parse(text) as { body?: { caCertificate?: unknown } };
    return typeof body?.caCertificate === 'string' ? body.caCertificate : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Reads the notice board: verifies what hangs there, checks that it stays inside what was delegated, and keeps the statements that hold.
 * The key is the notice. What is refused changes nothing: the last good statement about the subject goes on to hold.
 */
export const receiver = (session: Session, refusals: Refusals) => {
  const { board, grant, hub, trust, statements, clock, local } = session;
  const read = new Map<
    string,
    {
      readonly kind: StatementKind;
      readonly cluster: string;
      readonly subject: string;
      readonly expiresAt: string;
      readonly seen: SeenStatement;
    }
  >();
  const withdrawn = createWithdrawn(clock);
  const waiting = new Map<StatementKind, Set<string>>();
  const delegation = delegationOf(session);
  const owner = (cluster: string) => ({ cluster, project: grant.project });

  /** What an earlier run of this worker accepted: that very statement or a later one may be used, nothing older. */
  const seenBefore = ({ cluster, kind, subject }: NoticeSpec): SeenStatement | undefined => {
    const { namespace = '', name } = parseObjectKey(subject);
    const serial =
      kind === 'Node'
        ? local.slicePeers.get(`${memberNamespace}/${slicePeerName(grant.slice, cluster, subject)}`)?.spec.serial
        : kind === 'Export'
          ? // Of several, such as while they move into their namespace, the latest counts.
            Math.max(
              ...local.endpointSlices
                .byIndex('service', serviceIndex(grant.slice, namespace, name))
                .filter(({ metadata }) => metadata.labels?.[sourceClusterLabel] === cluster)
                .map(({ metadata }) => Number(metadata.annotations?.[serialAnnotation])),
            )
          : undefined;
    return serial === undefined || !Number.isFinite(serial) ? undefined : { serial: serial - 1, digest: '' };
  };

  /** The authority to verify a notice with; a cluster that is heard for the first time shows its own. */
  const rootFor = async (spec: NoticeSpec, signal: AbortSignal): Promise<Root | { readonly refused: string } | undefined> => {
    const pinned = trust.rootOf(spec.cluster);
    if (spec.kind !== 'Cluster') return pinned === undefined ? undefined : readRoot(pinned, owner(spec.cluster));
    const offered = offeredBy(spec.statement) ?? '';
    const root = pinned === undefined ? undefined : readRoot(pinned, owner(spec.cluster));
    const expected = { slice: grant.slice, sliceUID: grant.sliceUID, kind: spec.kind, subject: spec.subject };
    const endorsed = root !== undefined && verifyStatement(spec, root, expected, undefined, clock.now()).ok;
    const decision = decideTrust({ ...owner(spec.cluster), pinned, offered, endorsed, approved: undefined });
    if (decision.action === 'refuse') return { refused: decision.message };
    // A root is pinned only by who has its key: this statement must verify under it, or under the old one that endorses it.
    const prover = decision.action === 'replace' ? root : decision.root;
    if (decision.action !== 'keep' && prover !== undefined && verifyStatement(spec, prover, expected, undefined, clock.now()).ok) {
      await trust.pin(spec.cluster, decision.root.certificate, signal);
    }
    return prover;
  };

  const accept = async (name: string, notice: Notice, signal: AbortSignal): Promise<string | undefined> => {
    const { spec } = notice;
    if (name !== noticeName(spec.cluster, spec.kind, spec.subject))
      return `Notice ${name} does not have the name that belongs to its content.`;
    const root = await rootFor(spec, signal);
    if (root === undefined) {
      wait('Cluster', name);
      return undefined;
    }
    if ('refused' in root) return root.refused;
    const expected = { slice: grant.slice, sliceUID: grant.sliceUID, kind: spec.kind, subject: spec.subject };
    const verified = verifyStatement(spec, root, expected, read.get(name)?.seen ?? withdrawn.get(name) ?? seenBefore(spec), clock.now());
    if (!verified.ok) return verified.message;
    const refused = checkDelegation(verified.statement, delegation);
    if (refused !== undefined) {
      if (refused.awaits !== undefined) wait(refused.awaits, name);
      return refused.message;
    }
    read.set(name, {
      kind: spec.kind,
      cluster: spec.cluster,
      subject: spec.subject,
      expiresAt: verified.statement.expiresAt,
      seen: { serial: verified.statement.serial, digest: verified.digest },
    });
    statements.put(verified.statement);
    return undefined;
  };

  const wait = (kind: StatementKind, name: string): void => {
    waiting.set(kind, (waiting.get(kind) ?? new Set()).add(name));
  };

  return {
    name: 'receive',
    watches: [
      // What this cluster says it need not hear, and what is said about links only the hub reads.
      watching(board, ({ object }) => (object.spec.cluster === hub.cluster || object.spec.kind === 'Links' ? [] : [object.metadata.name])),
      // Statements overtake one another: what waited for one of a kind is looked at again when one comes or goes.
      watching(statements, ({ kind }) => {
        const names = waiting.get(kind) ?? [];
        waiting.delete(kind);
        return names;
      }),
      watching(session.members, () => {
        const names = waiting.get('Cluster') ?? [];
        waiting.delete('Cluster');
        return names;
      }),
    ],
    reconcile: async (name: string, signal: AbortSignal): Promise<void> => {
      const notice = board.get(`${grant.exchangeNamespace}/${name}`);
      if (notice === undefined) {
        const known = read.get(name);
        read.delete(name);
        refusals.set(name, undefined);
        if (known === undefined) return;
        withdrawn.add(name, known.seen.serial, known.expiresAt);
        statements.drop(known.kind, known.cluster, known.subject);
        return;
      }
      refusals.set(name, await accept(name, notice, signal));
    },
  };
};
