import * as z from 'zod';
import { dnsLabel } from '../fields.ts';
import { rotations } from '../rotations.ts';
import { maxStatementBytes } from './limits.ts';

/** The kinds of statement. */
export const statementKinds = ['Cluster', 'Node', 'Export', 'Endpoints', 'Links'] as const;

export { maxStatementBytes } from './limits.ts';

/** Maximum number of farewells in a notice. */
export const maxFarewells = 8;

/** Schema of `Notice.spec`. */
export const noticeSpec = z
  .object({
    cluster: dnsLabel().describe('Cluster that publishes the statement.'),
    kind: z.enum(statementKinds).describe('What the statement is about.'),
    subject: z
      .string()
      .max(253)
      .describe('Name of the node, namespace/name of the export, namespace/name/number of a shard of it, or name of the cluster.'),
    statement: z.string().max(maxStatementBytes).describe('The statement as canonical JSON (RFC 8785); exactly these bytes are signed.'),
    signature: z
      .string()
      .max(512)
      .describe(
        'ECDSA P-256 with SHA-256 under the key of the last certificate of the chain, or of the cluster’s authority without one; base64.',
      ),
    chain: z
      .array(z.string().max(4096))
      .max(1)
      .optional()
      .describe('Certificate of the signer, PEM, issued by the cluster’s authority; absent when the authority itself signed.'),
    farewells: z
      .array(
        z
          .object({
            statement: z.string().max(2048).describe('The farewell as canonical JSON; exactly these bytes are signed.'),
            signature: z.string().max(128).describe('Signature by the authority of the cluster at that time; base64.'),
          })
          .describe('One farewell.'),
      )
      .max(maxFarewells)
      .optional()
      .describe(
        'Farewells that earlier authorities of the cluster signed when it left, the latest last. A member that was disconnected then learns from them that the authority it has pinned ended. Only with a statement about the cluster itself.',
      ),
    rotations: rotations
      .optional()
      .describe(
        'How the authority of the cluster came after earlier ones, the latest last. A member that has pinned one of these follows. Only with a statement about the cluster itself.',
      ),
  })
  .describe('One signed statement.');
