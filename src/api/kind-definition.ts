import type * as z from 'zod';
import type { ResourceKind } from '../values/resource-kind.ts';
import type { CelRule } from './fields.ts';

/** A column of `kubectl get`. */
export interface PrintColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly jsonPath: string;
  readonly description: string;
  /** PublishedStatement only with `-o wide` when 1. */
  readonly priority?: 1;
}

/** The definition of a kind, declared once: the CRD, the chart and the reference page derive from it. */
export interface KindDefinition {
  readonly resource: ResourceKind;
  readonly description: string;
  readonly shortNames: readonly string[];
  /** The sides on which the CRD is installed. */
  readonly where: readonly ('hub' | 'member')[];
  readonly spec: z.ZodType;
  readonly status?: z.ZodType;
  readonly columns: readonly PrintColumn[];
  /** Rules for the whole object, for those about its name. */
  readonly rules?: readonly CelRule[];
}

/** The age column, the last of every kind. */
export const ageColumn: PrintColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since the object was created.',
};

/** Rule: the name of the object must be a DNS label, because namespaces and labels contain it. */
export const nameIsLabel: CelRule = {
  rule: "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$') && size(self.metadata.name) <= 63",
  messageExpression:
    "'metadata.name \"' + self.metadata.name + '\" must be a DNS label: at most 63 lower-case letters, digits and dashes, starting and ending with a letter or digit'",
};
