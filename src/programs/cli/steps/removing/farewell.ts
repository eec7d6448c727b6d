import { membershipKind, noticeKind } from '../../../../api/kinds.ts';
import { clusterLabel } from '../../../../api/labels.ts';
import type { Notice } from '../../../../api/notice/type.ts';
import { authoritySecret, memberNamespace, projectOfNamespace } from '../../../../api/places.ts';
import { issueStatement } from '../../../../exchange/issue.ts';
import { nextSerial } from '../../../../exchange/serial.ts';
import { type Authority, openAuthority } from '../../../../identity/authority.ts';
import type { Client } from '../../../../kubernetes/client.ts';
import { secretKind } from '../../../../kubernetes/kinds.ts';

/** Who leaves, and both sides. */
export interface Leaving {
  readonly member: Client;
  readonly hub: Client;
  readonly cluster: string;
  /** Namespace of the project on the hub. */
  readonly namespace: string;
}

/**
 * Signs the farewell of a cluster on the board of each slice: it gives up its blocks and its authority there, so that another authority may join under
 * its name without a word from the other members. Does nothing for a cluster whose authority is gone already.
 */
export const publishFarewell = async (leaving: Leaving, now: number, signal: AbortSignal): Promise<void> => {
  const authority = await findAuthority(leaving, signal);
  if (authority === undefined) return;
  const { hub, cluster, namespace } = leaving;
  const memberships = await hub.list(membershipKind, { namespace, labelSelector: `${clusterLabel}=${cluster}`, signal });
  for (const { spec } of memberships.items) {
    const board = await hub.list(noticeKind, { namespace: spec.exchangeNamespace, signal });
    const claim = board.items.find((notice) => notice.spec.cluster === cluster && notice.spec.kind === 'Cluster');
    if (claim === undefined) continue;
    const serial = nextSerial(serialOf(claim), now);
    const { slice, sliceUID } = spec;
    const { signed } = issueStatement(authority, { kind: 'Cluster', slice, sliceUID, subject: cluster, body: undefined, serial }, now);
    await hub.mergePatch(noticeKind, claim.metadata, { spec: { statement: signed.statement, signature: signed.signature } }, { signal });
  }
};

const findAuthority = async ({ member, cluster, namespace }: Leaving, signal: AbortSignal): Promise<Authority | undefined> => {
  const secret = await member.find(secretKind, { namespace: memberNamespace, name: authoritySecret }, { signal });
  const [certificate, privateKey] = ['tls.crt', 'tls.key'].map((key) => secret?.data?.[key]);
  const project = projectOfNamespace(namespace);
  if (certificate === undefined || privateKey === undefined || project === undefined) return undefined;
  const text = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
  return openAuthority({ certificate: text(certificate), privateKey: text(privateKey) }, { cluster, project });
};

/** The serial in a notice, so that the next one is higher though this machine's clock be slow; 0 when it cannot be read. */
const serialOf = ({ spec }: Notice): number => {
  const serial = Number(/"serial":(\d{1,16})/u.exec(spec.statement)?.[1] ?? 0);
  return Number.isSafeInteger(serial) ? serial : 0;
};
