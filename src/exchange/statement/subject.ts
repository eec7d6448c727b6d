import type { StatementKind } from '../../api/notice/type.ts';
import { isDnsLabel, isDnsSubdomain } from '../../values/text/names.ts';
import { maxShards } from './export.ts';

const isShard = (text: string): boolean => /^[1-9][0-9]?$/.test(text) && Number(text) <= maxShards;

const subjectRules: { readonly [K in StatementKind]: (subject: string, cluster: string) => boolean } = {
  Node: isDnsSubdomain,
  Export: (subject) => {
    const parts = subject.split('/');
    return parts.length === 2 && parts.every(isDnsLabel);
  },
  Endpoints: (subject) => {
    const [namespace = '', name = '', shard = '', ...more] = subject.split('/');
    return more.length === 0 && isDnsLabel(namespace) && isDnsLabel(name) && isShard(shard);
  },
  Cluster: (subject, cluster) => subject === cluster,
  Links: (subject, cluster) => subject === cluster,
};

/** The fault of a subject, as a phrase; undefined for a subject that a statement of this kind and cluster can have. */
export const subjectFault = ({
  kind,
  cluster,
  subject,
}: {
  readonly kind: StatementKind;
  readonly cluster: string;
  readonly subject: string;
}): string | undefined => (subjectRules[kind](subject, cluster) ? undefined : `is not one of a statement about ${kind}`);
