import { membershipKind, noticeKind } from '../../../api/kinds.ts';
import { clusterLabel } from '../../../api/labels.ts';
import { maxFarewells } from '../../../api/notice/schema.ts';
import type { Notice } from '../../../api/notice/type.ts';
import { authoritySecret, farewellsConfigMap, memberNamespace, projectOfNamespace } from '../../../api/places.ts';
import { noticeOfFarewells } from '../../../exchange/notice/farewell.ts';
import { everySlice } from '../../../exchange/statement/statement.ts';
import { issueStatement, type SignedStatement } from '../../../exchange/trust/issue.ts';
import { nextSerial } from '../../../exchange/trust/serial.ts';
import { type Authority, openAuthority } from '../../../identity/authority.ts';
import { readAuthorityData } from '../../../identity/stored-authority.ts';
import { metadata } from '../../../install/metadata.ts';
import type { Client } from '../../../kubernetes/client.ts';
import { type ConfigMap, configMapKind, secretKind } from '../../../kubernetes/kinds.ts';

/** The leaving cluster, and both sides. */
export interface Leaving {
  readonly member: Client;
  readonly hub: Client;
  readonly cluster: string;
  /** Namespace of the project on the hub. */
  readonly namespace: string;
}

/**
 * Signs the farewell of a cluster: on the board of each of its slices, and to the members of every slice, which may know it from a deleted one. It
 * gives up its blocks and its authority, so that another authority may join under its name without action in the other members. Does nothing for a
 * cluster whose authority was deleted already.
 */
export const publishFarewell = async (leaving: Leaving, now: number, signal: AbortSignal): Promise<void> => {
  const authority = await findAuthority(leaving, signal);
  if (authority === undefined) return;
  const { hub, cluster, namespace } = leaving;
  const memberships = await hub.list(membershipKind, { namespace, labelSelector: `${clusterLabel}=${cluster}`, signal });
  let last = 0;
  const sign = ({ slice, sliceUID }: { readonly slice: string; readonly sliceUID: string }): SignedStatement => {
    last = nextSerial(last, now);
    return issueStatement(authority, { kind: 'Cluster', slice, sliceUID, subject: cluster, body: undefined, serial: last }, now).signed;
  };
  for (const { spec } of memberships.items) {
    const board = await hub.list(noticeKind, { namespace: spec.exchangeNamespace, signal });
    const claim = board.items.find((notice) => notice.spec.cluster === cluster && notice.spec.kind === 'Cluster');
    if (claim === undefined) continue;
    last = Math.max(last, serialOf(claim));
    const { statement, signature } = sign(spec);
    // The authority itself signs it, whatever signed the notice that it replaces.
    await hub.mergePatch(noticeKind, claim.metadata, { spec: { statement, signature, chain: null } }, { signal });
  }
  await handOver(leaving, sign(everySlice), signal);
};

/**
 * Stores a farewell on the hub, beside those of earlier times, for the next cluster of that name: its claims publish it to members that have this
 * authority pinned.
 */
const handOver = async ({ hub, cluster, namespace }: Leaving, signed: SignedStatement, signal: AbortSignal): Promise<void> => {
  const target = { namespace, name: farewellsConfigMap(cluster) };
  const found = await hub.find(configMapKind, target, { signal });
  const before = noticeOfFarewells(cluster, found?.data?.farewells ?? '')?.farewells ?? [];
  const farewells = [...before, { statement: signed.statement, signature: signed.signature }].slice(-maxFarewells);
  const meta = metadata(target.name, { namespace });
  const kept: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...meta, labels: { ...meta.labels, [clusterLabel]: cluster } },
    data: { farewells: JSON.stringify(farewells) },
  };
  await hub.apply(configMapKind, kept, { signal });
};

const findAuthority = async ({ member, cluster, namespace }: Leaving, signal: AbortSignal): Promise<Authority | undefined> => {
  const secret = await member.find(secretKind, { namespace: memberNamespace, name: authoritySecret }, { signal });
  const files = readAuthorityData(secret?.data);
  const project = projectOfNamespace(namespace);
  return files === undefined || project === undefined ? undefined : openAuthority(files, { cluster, project });
};

/** The serial in a notice, so that the next one is higher even if this machine's clock is slow; 0 when it cannot be read. */
const serialOf = ({ spec }: Notice): number => {
  const serial = Number(/"serial":(\d{1,16})/u.exec(spec.statement)?.[1] ?? 0);
  return Number.isSafeInteger(serial) ? serial : 0;
};
