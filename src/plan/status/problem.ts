import { type Reason, reasons } from '../../api/reasons.ts';
import { compareText } from '../../values/text/order.ts';

/** The object of a problem. */
export interface ProblemObject {
  /** Kind of the object for kubectl, for example `slice`. */
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** Cluster of the object; absent for objects of the hub. */
  readonly cluster?: string;
}

/** A deviation from the desired state, with a command that shows or repairs it. */
export interface Problem {
  /** For example `slice app-slice`. */
  readonly subject: string;
  readonly object: ProblemObject;
  /** An error is something that does not work; a warning is about something that works, but not entirely as desired. */
  readonly severity: 'error' | 'warning';
  /** `fleet`: clusters, slices and the programs; `service`: a single service of an application. */
  readonly scope: 'fleet' | 'service';
  readonly reason: string;
  /** The meaning of the reason, in a sentence. */
  readonly cause: string;
  /** The evidence, in a sentence. */
  readonly text: string;
  /** Since when, by the clock of the reporting cluster (RFC 3339); absent if unknown. */
  readonly since?: string;
  /** The command to run. `CONTEXT` stands for an unknown context of a cluster. */
  readonly help: string;
}

/** Reasons that no condition has. */
const further = {
  DefinitionMissing: 'The API server does not know a kind of KubeSlice.',
  SecondInstallation: 'A second installation of KubeSlice does the same work.',
  Unavailable: 'A program of KubeSlice does not run.',
  Unknown: 'The cluster gives no reason.',
} as const;

/** The meaning of a reason, in a sentence; a reason of a newer cluster may be unknown. */
const causeOf = (reason: string): string => reasons[reason as Reason] ?? further[reason as keyof typeof further] ?? further.Unknown;

/** The content of a problem, beside its object. */
export interface Finding extends Pick<Problem, 'reason' | 'text' | 'help'> {
  readonly since?: string | undefined;
  /** @default error */
  readonly severity?: Problem['severity'];
  /** @default fleet */
  readonly scope?: Problem['scope'];
}

const subjectOf = ({ kind, name, namespace, cluster }: ProblemObject): string => {
  if (kind === 'node') return `node ${cluster}/${name}`;
  const short = kind.replace(/^service(?=export|import)/, '');
  const isProgram = kind === 'deployment' || kind === 'daemonset';
  if (isProgram) return `${name.replace(/^kubeslice-/, '')}${cluster === undefined ? '' : ` of ${cluster}`}`;
  const place = namespace === undefined || short === 'slice' ? name : `${namespace}/${name}`;
  return `${short} ${place}${cluster === undefined || cluster === name ? '' : ` of ${cluster}`}`;
};

/** A problem of an object. */
export const problemOf = (object: ProblemObject, { reason, text, help, since, severity = 'error', scope = 'fleet' }: Finding): Problem => ({
  subject: subjectOf(object),
  object,
  severity,
  scope,
  reason,
  cause: causeOf(reason),
  text,
  ...(since === undefined || since === '' ? {} : { since }),
  help,
});

/** Reasons in the order in which to handle them: what stops traffic, then what stops changes, then what is in progress. */
const order = [
  'LinkDown',
  'NamespaceConflict',
  'SubnetOverlap',
  'AddressSpaceTooSmall',
  'NodeNotReady',
  'AgentAbsent',
  'ConnectionLost',
  'HubAway',
  'Unavailable',
];

const rank = ({ reason }: Problem): number => (order.includes(reason) ? order.indexOf(reason) : order.length);
const severityRank = ({ severity, scope }: Problem): number => (severity === 'error' ? 0 : 2) + (scope === 'fleet' ? 0 : 1);

/** The worst first: errors before warnings, the fleet before single services, then by reason and name. */
export const worstFirst = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => severityRank(a) - severityRank(b) || rank(a) - rank(b) || compareText(a.subject, b.subject));
