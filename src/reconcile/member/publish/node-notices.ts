import { isInSlice, type SliceNode } from '../../../api/slicenode/type.ts';
import { checkDelegation } from '../../../exchange/delegation/delegation.ts';
import { clusterOf } from '../../../exchange/ledger/ledger.ts';
import type { NodeBody } from '../../../exchange/statement/node.ts';
import { draftStatement } from '../../../exchange/trust/issue.ts';
import { watching } from '../../../loop/watching.ts';
import { type StatedIdentities, statedIdentities } from '../../../plan/policy/stated-identities.ts';
import { nodeBodyOf } from '../../../plan/tunnels/node-statement.ts';
import type { Pod } from '../../../values/builtin/pod.ts';
import { canonicalJson } from '../../../values/text/canonical-json.ts';
import { identityOf } from '../cluster/node-identity.ts';
import { exchangeContext } from '../receive/exchange-context.ts';
import type { Refusals } from '../receive/refusals.ts';
import { ownSubjects, type Session } from '../session/session.ts';
import { renewalEveryMs } from './publish.ts';

const sameIdentity = (before: Pod, after: Pod): boolean =>
  before.metadata.uid === after.metadata.uid && canonicalJson(before.metadata.labels ?? {}) === canonicalJson(after.metadata.labels ?? {});

/** How long the statement about a node holds without a tunnel in its SliceNode, in milliseconds, as long as the node exists. */
const heldMs = 30_000;

/**
 * Publishes the nodes of this cluster, as soon as their agents have created a tunnel. The key is the node.
 *
 * The status that an agent writes is judged by the rules for other clusters before it is signed: a compromised node must not take the key, the blocks
 * or the endpoints of another one.
 */
export const nodeNotices = (session: Session, refusals: Refusals) => {
  const { local, slice, outbox, authority, clock } = session;
  const missingSince = new Map<string, number>();
  const nodesOf = (): readonly SliceNode[] => local.sliceNodes.byIndex('slice', slice);

  const refusalOf = (node: string, body: NodeBody): string | undefined => {
    const draft = draftStatement(authority, { ...session.grant, kind: 'Node', subject: node, body, serial: 1 }, clock.now());
    return 'body' in draft ? checkDelegation(draft, session.ledger(), exchangeContext(session))?.message : undefined;
  };

  const identitiesOf = (sliceNode: SliceNode | undefined): StatedIdentities =>
    statedIdentities(session.granted.spec.access, sliceNode, (namespace, name) => session.pods(namespace)?.get(`${namespace}/${name}`));

  return {
    name: 'node-notice',
    held: () => [...clusterOf(session.ledger(), session.hub.cluster).entries.Node.keys()],
    resync: { everyMs: renewalEveryMs, keys: () => nodesOf().map((sliceNode) => sliceNode.spec.node) },
    watches: [
      ownSubjects(session, 'Node'),
      watching(local.sliceNodes, (change) => (change.object.spec.slice === slice ? [change.object.spec.node] : [])),
      watching(local.nodes, ({ object, type }) => (type === 'updated' ? [] : [object.metadata.name])),
      // Policies that ask for identities, and pods of which they ask.
      watching(session.grantChanges, () => nodesOf().map((sliceNode) => sliceNode.spec.node)),
      watching(session.podChanges, ({ object, previous }) =>
        session.granted.spec.access === undefined || (previous !== undefined && sameIdentity(previous, object))
          ? []
          : local.sliceNodes.byIndex('pod', object.metadata.uid ?? '').flatMap(({ spec }) => (spec.slice === slice ? [spec.node] : [])),
      ),
      // A grown claim of the cluster, or a key that another node gave up.
      watching(session.statements, ({ kind, cluster }) =>
        cluster === session.hub.cluster && kind === 'Cluster' ? nodesOf().map((sliceNode) => sliceNode.spec.node) : [],
      ),
    ],
    reconcile: async (node: string): Promise<{ againMs: number } | undefined> => {
      const found = nodesOf().find((sliceNode) => sliceNode.spec.node === node);
      const current = found?.spec.sliceUID === session.grant.sliceUID ? found : undefined;
      const identity = current === undefined ? undefined : identityOf(current);
      const key = identity !== undefined && 'publicKey' in identity ? identity.publicKey : undefined;
      const bare = nodeBodyOf(current, local.nodes.get(node), key);
      const body = bare === undefined ? undefined : { ...bare, ...identitiesOf(current) };
      refusals.set(`own.node.${node}.identity`, identity !== undefined && 'refused' in identity ? identity.refused : undefined);
      // A node that is not needed ends at once, so that no other node calls it while it leaves.
      const isIdle = current !== undefined && !isInSlice(current);
      if (body === undefined && !isIdle && local.nodes.get(node) !== undefined) {
        // Its SliceNode disappeared, although the node did not: it is created again, with the same blocks, and its statement stays in force
        // meanwhile. Without the definition of SliceNodes that lasts until an administrator restores it; the node continues to work.
        if (found === undefined && session.vanished.get(node) !== undefined) return undefined;
        const since = missingSince.get(node) ?? clock.monotonic();
        missingSince.set(node, since);
        const left = since + heldMs - clock.monotonic();
        if (left > 0) return { againMs: Math.ceil(left) };
      } else missingSince.delete(node);
      const refused = body === undefined ? undefined : refusalOf(node, body);
      refusals.set(`own.node.${node}`, refused);
      if (refused === undefined) outbox.set('Node', node, body);
      return refused === undefined ? undefined : { againMs: 5_000 };
    },
  };
};
