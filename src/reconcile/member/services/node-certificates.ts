import { randomBytes } from 'node:crypto';
import { sliceNodeKind } from '../../../api/kinds.ts';
import { memberNamespace } from '../../../api/places.ts';
import { sliceNodeName } from '../../../api/slicenode/type.ts';
import { issueNodeCertificate } from '../../../identity/node/issue-node-certificate.ts';
import { needsCertificate } from '../../../identity/node/node-certificate.ts';
import { predecessorsOf } from '../../../identity/rotation.ts';
import { watching } from '../../../loop/watching.ts';
import { identityOf } from '../cluster/node-identity.ts';
import type { Session } from '../session/session.ts';

/** How often each certificate is checked without a change, in milliseconds. */
const checkEveryMs = 300_000;

/**
 * Gives each node of this cluster the certificate for the key that its agent proved, and renews it. It stays inside of the cluster: the other end of a
 * connection gets it from the node itself and verifies it by the pinned authority, so that neither the hub nor a statement is needed to renew it. The
 * key is the node.
 */
export const nodeCertificates = (session: Session) => {
  const { local, slice, authority, clock } = session;
  return {
    name: 'node-certificate',
    resync: { everyMs: checkEveryMs, keys: () => local.sliceNodes.byIndex('slice', slice).map(({ spec }) => spec.node) },
    watches: [
      watching(local.sliceNodes, ({ object, previous }) =>
        object.spec.slice === slice &&
        (object.spec.certificate !== previous?.spec.certificate ||
          object.status?.publicKey !== previous?.status?.publicKey ||
          object.status?.identity?.proof !== previous?.status?.identity?.proof)
          ? [object.spec.node]
          : [],
      ),
    ],
    reconcile: async (node: string, signal: AbortSignal): Promise<void> => {
      const seen = local.sliceNodes.get(`${memberNamespace}/${sliceNodeName(slice, node)}`);
      if (seen === undefined || seen.spec.sliceUID !== session.grant.sliceUID || local.nodes.get(node) === undefined) return;
      const identity = identityOf(seen);
      if (identity === undefined || 'refused' in identity) return;
      const now = clock.now();
      const issuer = { root: authority, node, before: () => predecessorsOf(authority, authority.rotations) };
      if (!needsCertificate(seen.spec.certificate, identity.publicKey, issuer, now)) return;
      const certificate = issueNodeCertificate(authority, { node, ...identity }, now, randomBytes);
      await local.client.mergePatch(sliceNodeKind, seen.metadata, { spec: { certificate } }, { signal });
    },
  };
};
