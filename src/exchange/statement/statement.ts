import * as z from 'zod';
import { statementKinds } from '../../api/notice/schema.ts';
import type { StatementKind } from '../../api/notice/type.ts';
import { type ClusterBody, clusterBody } from './cluster.ts';
import { type EndpointsBody, type ExportBody, endpointsBody, exportBody, shardSubject } from './export.ts';
import { label, line, time } from './fields.ts';
import { type LinksBody, linksBody } from './links.ts';
import { type NodeBody, nodeBody } from './node.ts';
import { subjectFault } from './subject.ts';

/** Body of a statement by its kind. */
export interface StatementBodies {
  readonly Cluster: ClusterBody;
  readonly Node: NodeBody;
  readonly Export: ExportBody;
  readonly Endpoints: EndpointsBody;
  readonly Links: LinksBody;
}

/** Version of this form. A receiver refuses every other. */
export const statementVersion = 2;

/** Author, subject and lifetime of a statement: everything but the content. */
export interface Claims {
  readonly project: string;
  readonly slice: string;
  readonly sliceUID: string;
  readonly cluster: string;
  readonly subject: string;
  /** Grows with each statement of the cluster in the slice, so that an older one cannot be replayed. */
  readonly serial: number;
  /** RFC 3339. */
  readonly issuedAt: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** A statement holds until it expires or until another one about the same subject follows. */
export interface Statement<K extends StatementKind = StatementKind> extends Claims {
  readonly version: typeof statementVersion;
  /** Names of fields beyond this version that a receiver must understand to use the statement (as `crit` in RFC 7515 §4.1.11); none so far. */
  readonly critical: readonly string[];
  readonly kind: K;
  readonly body: StatementBodies[K];
}

/** A signed tombstone: the earlier statements of the cluster about the subject no longer hold. */
export interface Tombstone<K extends StatementKind = StatementKind> extends Claims {
  readonly version: typeof statementVersion;
  readonly critical: readonly string[];
  readonly kind: K;
  readonly withdrawn: true;
}

/** A statement or a tombstone: the content of a notice. */
export type Stated<K extends StatementKind = StatementKind> = Statement<K> | Tombstone<K>;

/**
 * A farewell to the members of every slice has this in place of a slice. A member may know a cluster from a deleted slice, whose board no longer
 * exists.
 */
export const everySlice = { slice: 'every-slice', sliceUID: '*' } as const;

const claims = {
  version: z.literal(statementVersion),
  critical: z.array(line(64)).max(16),
  project: label,
  slice: label,
  sliceUID: line(64).min(1),
  cluster: label,
  subject: line(253).min(1),
  serial: z.int().min(1),
  issuedAt: time,
  expiresAt: time,
};

const statement = z.discriminatedUnion('kind', [
  z.object({ ...claims, kind: z.literal('Cluster'), body: clusterBody }),
  z.object({ ...claims, kind: z.literal('Node'), body: nodeBody }),
  z.object({ ...claims, kind: z.literal('Export'), body: exportBody }),
  z.object({ ...claims, kind: z.literal('Endpoints'), body: endpointsBody }),
  z.object({ ...claims, kind: z.literal('Links'), body: linksBody }),
]);

const tombstone = z.object({ ...claims, kind: z.enum(statementKinds), withdrawn: z.literal(true) });

const isTombstoneShaped = (value: unknown): boolean => typeof value === 'object' && value !== null && 'withdrawn' in value;

/** Whether the statement withdraws its subject. */
export const isTombstone = <K extends StatementKind>(stated: Stated<K>): stated is Tombstone<K> => 'withdrawn' in stated;

/** Whether a statement concerns a slice: it was made for this slice, or it is a farewell to the members of every slice. */
export const concerns = (stated: Stated, { slice, sliceUID }: Pick<Claims, 'slice' | 'sliceUID'>): boolean =>
  (stated.slice === slice && stated.sliceUID === sliceUID) ||
  (stated.kind === 'Cluster' && isTombstone(stated) && stated.slice === everySlice.slice && stated.sliceUID === everySlice.sliceUID);

/** Whether the statement is of that kind. */
export const isAbout = <K extends StatementKind>(one: Statement, kind: K): one is Statement<K> => one.kind === kind;

/**
 * Reads a received value as a statement or tombstone; a phrase states what is wrong with it.
 * Every list and text is bounded, and every address, block, key and name is valid, so readers need not check again. Unknown fields are dropped, so
 * that newer clusters can publish more, unless `critical` names one: then the whole statement is refused.
 */
export const readStatement = (value: unknown): Stated | string => {
  const result = isTombstoneShaped(value) ? tombstone.safeParse(value) : statement.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    return `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is not a statement'}`;
  }
  const [critical] = result.data.critical;
  if (critical !== undefined) return `critical: it must not be used without knowing the field "${critical}", which this version does not`;
  const stated: Stated = result.data;
  const fault = subjectFault(stated);
  if (fault !== undefined) return `subject: ${fault}`;
  const own = isTombstone(stated) ? undefined : subjectOf(stated);
  return own === undefined || own === stated.subject ? stated : `subject: the content is about "${own}"`;
};

/** The subject that follows from the content. */
export const subjectOf = (one: Statement): string => {
  if (isAbout(one, 'Node')) return one.body.node;
  if (isAbout(one, 'Export')) return `${one.body.namespace}/${one.body.name}`;
  if (isAbout(one, 'Endpoints')) return shardSubject(one.body);
  return one.cluster;
};
