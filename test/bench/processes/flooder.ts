import { setTimeout as pause } from 'node:timers/promises';
import { budgets } from '../../../src/api/budgets.ts';
import { noticeKind } from '../../../src/api/kinds.ts';
import type { MembershipSpec } from '../../../src/api/membership/type.ts';
import type { StatementKind } from '../../../src/api/notice/type.ts';
import { maxNotices, noticeSlotName } from '../../../src/api/notice/type.ts';
import type { StatementBodies } from '../../../src/exchange/statement/statement.ts';
import { issueStatement } from '../../../src/exchange/trust/issue.ts';
import { type AuthorityFiles, openAuthority } from '../../../src/identity/authority.ts';
import { createClient } from '../../../src/kubernetes/client.ts';
import { fixedToken } from '../../../src/kubernetes/credentials/token-source.ts';
import { noticeObject } from '../../../src/plan/board/notice-object.ts';
import { parseCidr } from '../../../src/values/address/cidr.ts';
import { formatIp } from '../../../src/values/address/ip.ts';
import { Failure } from '../../../src/values/failure.ts';
import { readSettings, serveCommands, standardInput } from './serve-commands.ts';

/*
 * A member that fills all its budgets and then writes without a pause, with its own credential and signatures that hold. Ends with its standard input.
 */

interface Settings {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
  readonly authority: AuthorityFiles;
  readonly membership: MembershipSpec;
}

/** Writes that are on their way at once. */
const atOnce = 64;
const lines = standardInput();
const settings = await readSettings<Settings>(lines);
const { server, ca, token, membership } = settings;
const { cluster, project, slice, sliceUID, exchangeNamespace: namespace } = membership;
const authority = openAuthority(settings.authority, { cluster, project });
const client = createClient({ server, ca, credential: { kind: 'token', token: fixedToken(token) } }, { fieldManager: 'flooder' });
const signal = new AbortController().signal;
let serial = Date.now() * 1_000;

const long = 'x'.repeat(60);
/** Endpoints of a statement: as many as fit into one that counts once towards its rate, or as many as fit at all. */
const [few, many] = [10, 80];
let endpointCount = few;
const [block = '172.16.0.0/26'] = membership.blocks;
/** An address of the block of its only node. */
const addressIn = (index: number): string => formatIp(Number(parseCidr(block).base) + 2 + index);
const node = `n.${long}.${long}`;
/** A statement for a slot: about the cluster and its node, then exports as large as they may be, then further endpoints of them. */
const about = (slot: number): { kind: StatementKind; subject: string; body: StatementBodies[StatementKind] } => {
  if (slot === 1) return { kind: 'Cluster', subject: cluster, body: { caCertificate: authority.certificate, blocks: membership.blocks } };
  if (slot === 2) {
    const publicKey = Buffer.alloc(32, 7).toString('base64');
    const endpoints = [{ address: '192.168.9.9', port: 51820 }];
    return { kind: 'Node', subject: node, body: { node, publicKey, endpoints, blocks: [block], addresses: [addressIn(-1)] } };
  }
  const name = `e${slot % 1_000}-${long.slice(8)}`;
  const shard = 1 + Math.floor(slot / 1_000);
  const endpoints = Array.from({ length: endpointCount }, (_, index) => ({
    pod: `p${index}-${serial % 1_000}.${long}.${long}`,
    node,
    addresses: [addressIn(index)],
    ready: serial % 2 === 0,
  }));
  if (slot < 1_000) {
    const ports = [{ name: 'http', protocol: 'TCP' as const, port: 80, targetPort: 80 }];
    const created = '2026-01-01T00:00:00Z';
    const rest = { created, type: 'ClusterSetIP' as const, sessionAffinity: 'None' as const, ports, aliases: [] };
    return { kind: 'Export', subject: `app-ns/${name}`, body: { namespace: 'app-ns', name, ...rest, endpoints } };
  }
  return { kind: 'Endpoints', subject: `app-ns/${name}/${shard}`, body: { namespace: 'app-ns', name, shard, endpoints } };
};

/** When the hub first refused a write, by the monotonic clock. */
let refusedAt = Number.POSITIVE_INFINITY;
const write = async (slot: number, isNew: boolean): Promise<boolean> => {
  serial += 1;
  const { kind, subject, body } = about(slot);
  const { signed } = issueStatement(authority, { kind, subject, body, slice, sliceUID, serial }, Date.now());
  const spec = { cluster, kind, subject, statement: signed.statement, signature: signed.signature };
  const notice = noticeObject(slice, { name: noticeSlotName(cluster, slot), namespace }, spec);
  try {
    if (isNew) await client.create(noticeKind, notice, { signal });
    else
      await client.mergePatch(noticeKind, notice.metadata, { metadata: { labels: notice.metadata.labels }, spec: notice.spec }, { signal });
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (Failure.is(error, 'Forbidden')) refusedAt = Math.min(refusedAt, performance.now());
    return false;
  }
};

let flooding = new AbortController();
let taken = 0;
let running: Promise<unknown> = Promise.resolve();
/** When the next write may begin, and how many milliseconds later the one after it. */
let [turnAt, gapMs] = [0, 0];
const turn = async (): Promise<void> => {
  const now = performance.now();
  turnAt = Math.max(turnAt, now) + gapMs;
  if (gapMs > 0) await pause(turnAt - now);
};
/** Each of the lanes writes one notice again and again: it costs the readers as much as ever other ones, and no backlog of theirs is left when it ends. */
const flood = async (lane: number, during: AbortSignal): Promise<void> => {
  while (!during.aborted) {
    await turn();
    if (!during.aborted && (await write(3 + lane, false))) taken += 1;
  }
};

const begin = (perSecond: number): number => {
  flooding = new AbortController();
  taken = 0;
  gapMs = 1_000 / perSecond;
  running = Promise.all(Array.from({ length: atOnce }, (_, lane) => flood(lane, flooding.signal)));
  return performance.now();
};
let begunAt = 0;
await serveCommands(lines, {
  /** Writes everything that it may have; how many notices that are. */
  fill: async (most) => {
    const all = Math.min(maxNotices, Number(most));
    let written = 0;
    const lane = async (first: number): Promise<void> => {
      for (let slot = first; slot < all; slot += 16) if (await write(slot, true)) written += 1;
    };
    for (const slot of [1, 2]) await write(slot, true);
    await Promise.all(Array.from({ length: 16 }, (_, index) => lane(3 + index)));
    return written + 2;
  },
  /** Writes as fast as its readers read, which costs them most with statements that count once. */
  begin: () => (begunAt = begin(budgets.reads.perSecond)),
  /** Writes as fast as the hub takes it. */
  hammer: () => {
    endpointCount = many;
    return (begunAt = begin(Number.POSITIVE_INFINITY));
  },
  /** Milliseconds from the beginning until the hub refused; -1 while it has not. */
  refused: () => (refusedAt === Number.POSITIVE_INFINITY ? -1 : refusedAt - begunAt),
  end: async () => {
    flooding.abort();
    await running;
    return taken;
  },
});
client.close();
