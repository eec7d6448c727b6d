import * as z from 'zod';
import { dnsLabel } from '../fields.ts';

/** The kinds of statement that a cluster makes. */
export const statementKinds = ['Cluster', 'Node', 'Export', 'Links'] as const;

/** Largest statement that is published or read, in bytes: a service with 1,000 endpoints needs about 120 KiB. */
export const maxStatementBytes = 262_144;

/** Schema of `Notice.spec`. */
export const noticeSpec = z
  .object({
    cluster: dnsLabel().describe('Cluster that makes the statement.'),
    kind: z.enum(statementKinds).describe('What the statement is about.'),
    subject: z.string().max(253).describe('Name of the node, or namespace/name of the export, or name of the cluster.'),
    statement: z.string().max(maxStatementBytes).describe('The statement as canonical JSON (RFC 8785); exactly these bytes are signed.'),
    signature: z.string().max(512).describe('ECDSA P-256 with SHA-256 under the key of the cluster’s authority, base64.'),
  })
  .describe('One signed statement.');
