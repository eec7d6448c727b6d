import * as z from 'zod';
import type { Statement } from '../api/notice/statement.ts';
import { maxReportedLinks, maxReportedRefusals } from '../api/notice/statement.ts';
import { readCidr } from '../values/cidr.ts';
import { readIp } from '../values/ip.ts';
import { linkVerdicts } from '../values/link-verdict.ts';
import { isDnsLabel, isDnsSubdomain } from '../values/names.ts';
import { isWireguardKey } from '../values/wireguard-key.ts';

const label = z.string().refine(isDnsLabel, 'is not a DNS label');
const subdomain = z.string().refine(isDnsSubdomain, 'is not a DNS name');
const ip = z.string().refine((text) => readIp(text) !== undefined, 'is not an IP address');
const cidr = z.string().refine((text) => !('fault' in readCidr(text)), 'is not an address block');
const port = z.int().min(1).max(65535);
const count = z.int().min(0).max(1_000_000);
const time = z.iso.datetime();
/** Text of another cluster that ends up in messages and on terminals: no control characters. */
const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^\P{Cc}*$/u, 'has control characters');

const clusterBody = z.object({ caCertificate: z.string().max(8192), blocks: z.array(cidr).max(256) });

const nodeBody = z.object({
  node: subdomain,
  publicKey: z.string().refine(isWireguardKey, 'is not a WireGuard key'),
  endpoints: z.array(z.object({ address: ip, port })).max(16),
  blocks: z.array(cidr).max(64),
  drivers: z.array(line(32)).max(8),
  router: ip,
});

const exportPort = z.object({
  name: label.exactOptional(),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']),
  port,
  targetPort: port,
  appProtocol: line(253).exactOptional(),
});

const exportBody = z.object({
  namespace: label,
  name: label,
  ports: z.array(exportPort).max(100),
  aliases: z.array(subdomain).max(32),
  endpoints: z.array(z.object({ pod: subdomain, address: ip, node: subdomain, ready: z.boolean() })).max(5000),
});

const link = z.object({
  node: subdomain,
  peerCluster: label,
  peerNode: subdomain,
  driver: line(32),
  state: z.enum(linkVerdicts),
  reason: line(1024),
  rttMs: z.number().min(0).exactOptional(),
  lossPercent: z.number().min(0).max(100).exactOptional(),
  handshakeAgeSeconds: z.int().exactOptional(),
  since: time,
});

const linksBody = z.object({
  nodes: count,
  expected: count,
  up: count,
  links: z.array(link).max(maxReportedLinks),
  missingNodes: z.array(z.object({ node: subdomain, reason: line(1024) })).max(1000),
  refused: z.array(line(1024)).max(maxReportedRefusals).exactOptional(),
});

const claims = {
  project: label,
  slice: label,
  sliceUID: line(64).min(1),
  cluster: label,
  subject: line(253).min(1),
  serial: z.int().min(1),
  issuedAt: time,
  expiresAt: time,
};

const shape = z.discriminatedUnion('kind', [
  z.object({ ...claims, kind: z.literal('Cluster'), body: clusterBody }),
  z.object({ ...claims, kind: z.literal('Node'), body: nodeBody }),
  z.object({ ...claims, kind: z.literal('Export'), body: exportBody }),
  z.object({ ...claims, kind: z.literal('Links'), body: linksBody }),
]);

/**
 * A received value as a statement, or a phrase that says what is wrong with it.
 *
 * Every list and text is bounded, and every address, block, key and name is one: those who read statements need not look again. Fields that
 * this version does not know are left out, so that newer clusters may say more.
 */
export const readStatement = (value: unknown): Statement | string => {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is not a statement'}`;
};
