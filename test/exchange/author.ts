import { randomBytes } from 'node:crypto';
import type { NoticeSpec, StatementKind } from '../../src/api/notice/type.ts';
import type { ExportBody, ExportEndpoint } from '../../src/exchange/statement/export.ts';
import type { NodeBody } from '../../src/exchange/statement/node.ts';
import { everySlice, type StatementBodies } from '../../src/exchange/statement/statement.ts';
import { issueStatement } from '../../src/exchange/trust/issue.ts';
import { type Authority, type AuthorityFiles, openAuthority } from '../../src/identity/authority.ts';
import { createAuthority } from '../../src/identity/create-authority.ts';
import { rotateAuthority } from '../../src/identity/rotate-authority.ts';
import { parseCidr } from '../../src/values/address/cidr.ts';
import { formatIp } from '../../src/values/address/ip.ts';
import { routerAddress } from '../../src/values/address/usable-addresses.ts';
import { encodeBase64 } from '../../src/values/text/base64.ts';

/*
 * Clusters that state things, for tests of the exchange.
 */

/** The time at which tests begin, in milliseconds since 1970. */
export const start = Date.UTC(2026, 10, 24, 12);
export const hour = 3_600_000;
export const day = 24 * hour;
export const project = 'default';
export const slice = { slice: 'app-slice', sliceUID: '5f1c0a9e-0000-4000-8000-000000000001' };

/** A new authority of a cluster. */
export const authorityOf = async (cluster: string, now = start): Promise<Authority> => {
  const owner = { cluster, project };
  return openAuthority(await createAuthority(owner, now, randomBytes), owner);
};

/** Authorities of a cluster, each rotated to the next one, at times of which the first is `start`. */
export const rotatedAuthorities = async (cluster: string, ...times: readonly number[]): Promise<Authority[]> => {
  const owner = { cluster, project };
  const all: Authority[] = [];
  let files: AuthorityFiles | undefined;
  for (const now of times) {
    files = files === undefined ? await createAuthority(owner, now, randomBytes) : await rotateAuthority(files, owner, now, randomBytes);
    all.push(openAuthority(files, owner));
  }
  return all;
};

/** A tunnel key; the same for the same name. */
export const keyOf = (name: string): string => encodeBase64(Buffer.from(name.padEnd(32, '.').slice(0, 32)));

/** What a cluster says about a node with some blocks. */
export const nodeBody = (node: string, blocks: readonly string[], changes: Partial<NodeBody> = {}): NodeBody => ({
  node,
  publicKey: keyOf(`${node} ${blocks[0]}`),
  endpoints: [{ address: '192.168.0.11', port: 51820 }],
  blocks,
  addresses: [formatIp(routerAddress(blocks.map(parseCidr)) ?? 0)],
  ...changes,
});

/** Endpoints of an export: their addresses, and the node on which they are. */
export const endpoints = (...all: [address: string, node: string][]): ExportEndpoint[] =>
  all.map(([address, node], index) => ({ pod: `backend-${index}`, addresses: [address], node, ready: true }));

/** What a cluster says about the export `app-ns/backend`. */
export const exportBody = (changes: Partial<ExportBody> = {}): ExportBody => ({
  namespace: 'app-ns',
  name: 'backend',
  created: '2026-11-20T12:00:00Z',
  type: 'ClusterSetIP',
  sessionAffinity: 'None',
  ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
  aliases: [],
  endpoints: [],
  ...changes,
});

/** A cluster that states things; serials go up by themselves. */
export const author = (authority: Authority, { sliceUID = slice.sliceUID, serial: first = 0 } = {}) => {
  let serial = first;
  const issue = <K extends StatementKind>(
    kind: K,
    subject: string,
    body: StatementBodies[K] | undefined,
    now: number,
    of = { slice: slice.slice, sliceUID },
  ): NoticeSpec => {
    serial = Math.max(serial + 1, now * 1000);
    const { signed } = issueStatement(authority, { kind, subject, body, serial, ...of }, now);
    const { rotations } = authority;
    const beside = kind === 'Cluster' && rotations.length > 0 ? { rotations: [...rotations] } : {};
    return { cluster: authority.cluster, kind, subject, statement: signed.statement, signature: signed.signature, ...beside };
  };
  return {
    authority,
    issue,
    claim: (blocks: readonly string[], now = start, floor?: number) =>
      issue('Cluster', authority.cluster, { caCertificate: authority.certificate, blocks, ...(floor === undefined ? {} : { floor }) }, now),
    node: (node: string, blocks: readonly string[], now = start, changes: Partial<NodeBody> = {}) =>
      issue('Node', node, nodeBody(node, blocks, { publicKey: keyOf(`${authority.cluster} ${node}`), ...changes }), now),
    export: (changes: Partial<ExportBody> = {}, now = start) => {
      const body = exportBody(changes);
      return issue('Export', `${body.namespace}/${body.name}`, body, now);
    },
    withdraw: (kind: StatementKind, subject: string, now = start) => issue(kind, subject, undefined, now),
    farewell: (now = start) => issue('Cluster', authority.cluster, undefined, now),
    /** To the members of every slice. */
    lastFarewell: (now = start) => issue('Cluster', authority.cluster, undefined, now, everySlice),
  };
};
/** A cluster that states things. */
export type Author = ReturnType<typeof author>;
