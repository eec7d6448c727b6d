import { type Reason, reasons } from '../../api/reasons.ts';
import { compareText } from '../../values/order.ts';

/** What a problem is about. */
export interface ProblemObject {
  /** Kind of the object, as kubectl takes it, for example `slice`. */
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** Cluster in which it is; absent for objects of the hub. */
  readonly cluster?: string;
}

/** Something that is not as asked for, with what shows or mends it. */
export interface Problem {
  /** For example `slice app-slice`. */
  readonly subject: string;
  readonly object: ProblemObject;
  /** An error is something that does not work; a warning is about something that works, but not in all as asked for. */
  readonly severity: 'error' | 'warning';
  /** `fleet`: clusters, slices and the programs; `service`: a single service of somebody's application. */
  readonly scope: 'fleet' | 'service';
  readonly reason: string;
  /** What the reason means, in a sentence. */
  readonly cause: string;
  /** The evidence, in a sentence. */
  readonly text: string;
  /** Since when, by the clock of the cluster that says so (RFC 3339); absent where nobody knows. */
  readonly since?: string;
  /** The command that helps. `CONTEXT` stands for the context of a cluster where it is not known. */
  readonly help: string;
}

/** Reasons that no condition carries. */
const further = {
  DefinitionMissing: 'A kind of KubeSlice is not known to the API server.',
  SecondInstallation: 'There is a second installation of KubeSlice, which does the same work.',
  Unavailable: 'A program of KubeSlice does not run.',
  Unknown: 'The cluster gives no reason.',
} as const;

/** What a reason means, in a sentence; a reason of a newer cluster is not known here. */
const causeOf = (reason: string): string => reasons[reason as Reason] ?? further[reason as keyof typeof further] ?? further.Unknown;

/** What a problem is told by, beside its object. */
export interface Finding extends Pick<Problem, 'reason' | 'text' | 'help'> {
  readonly since?: string | undefined;
  /** Error, unless it says otherwise. */
  readonly severity?: Problem['severity'];
  /** The fleet, unless it says otherwise. */
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

/** Reasons in the order in which people should look at them: what stops traffic, then what stops changes, then what is on its way. */
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
