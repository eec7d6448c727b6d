import type { AccessPolicyFacts, AccessPorts, AccessProtocol, AccessScope } from './access.ts';
import { type Known, type Match, matches } from './match.ts';

/** One call from pod to pod. */
export interface Flow {
  readonly source: Known;
  readonly destination: Known;
  /** `Other` has no ports, such as ICMP. */
  readonly protocol: AccessProtocol | 'Other';
  /** The port of the called pod; 0 for `Other`. */
  readonly port: number;
}

/** The judgement of a flow, with the policy that decides. */
export interface FlowVerdict {
  readonly allowed: boolean;
  /** The scope that decides. */
  readonly scope: AccessScope;
  /**
   * Name of the policy that denies or allows; of an allowing one that selects the called pod when none allows the flow. Undefined: the default of the
   * slice.
   */
  readonly policy: string | undefined;
  /** Index in its `from` of the entry that matches the caller; undefined when it names nobody, or does not match. */
  readonly peer: number | undefined;
}

/** The policies by which a flow is judged. */
export interface Rules {
  readonly default: 'Allow' | 'Deny';
  readonly policies: readonly AccessPolicyFacts[];
}

/** Whether ports include the called one. */
export const hasPort = (ports: readonly AccessPorts[] | undefined, protocol: Flow['protocol'], called: number): boolean =>
  ports === undefined ||
  ports.some(
    ({ protocol: of, port, endPort }) => of === protocol && (port === undefined || (called >= port && called <= (endPort ?? port))),
  );

const anyOf = (parts: readonly Match[]): Match => (parts.includes('yes') ? 'yes' : parts.includes('maybe') ? 'maybe' : 'no');

/** Whether the calling pod is one of those that a policy names. */
export const comesFrom = ({ from }: AccessPolicyFacts, source: Known): Match =>
  from === undefined ? 'yes' : anyOf(from.map((peer) => matches(peer, source)));

/** The verdict of a policy that matches a caller. */
const by = (scope: AccessScope, policy: AccessPolicyFacts, source: Known): FlowVerdict => {
  const counting: readonly Match[] = policy.action === 'Deny' ? ['yes', 'maybe'] : ['yes'];
  const peer = policy.from?.findIndex((one) => counting.includes(matches(one, source)));
  return { allowed: policy.action === 'Allow', scope, policy: policy.name, peer };
};

const judgeScope = (scope: AccessScope, policies: readonly AccessPolicyFacts[], otherwise: boolean, flow: Flow): FlowVerdict => {
  const called = policies
    .filter((policy) => hasPort(policy.ports, flow.protocol, flow.port))
    .map((policy) => ({ policy, to: matches(policy.to, flow.destination), from: comesFrom(policy, flow.source) }));
  const denies = called.find(({ policy, to, from }) => policy.action === 'Deny' && to !== 'no' && from !== 'no');
  if (denies !== undefined) return by(scope, denies.policy, flow.source);
  const allows = called.find(({ policy, to, from }) => policy.action === 'Allow' && to === 'yes' && from === 'yes');
  if (allows !== undefined) return by(scope, allows.policy, flow.source);
  const selects = policies.find((policy) => policy.action === 'Allow' && matches(policy.to, flow.destination) === 'yes');
  return { allowed: selects === undefined && otherwise, scope, policy: selects?.name, peer: undefined };
};

/**
 * Judges a flow: the reference for what nodes enforce.
 *
 * ```
 * in each scope, the first that holds                           then
 * a Deny policy matches, or may match                           denied
 * an Allow policy matches                                       allowed
 * an Allow policy selects the called pod                        denied: it is closed to all that no policy allows
 * otherwise                                                     the default of the slice; an owner's scope allows
 * ```
 * Both scopes must allow. What is not known of a pod counts against it: it may match what denies, and never matches what allows.
 */
export const judgeFlow = ({ default: otherwise, policies }: Rules, flow: Flow): FlowVerdict => {
  const of = (scope: AccessScope): AccessPolicyFacts[] => policies.filter((policy) => policy.scope === scope);
  const slice = judgeScope('slice', of('slice'), otherwise === 'Allow', flow);
  if (!slice.allowed) return slice;
  const owner = judgeScope('owner', of('owner'), true, flow);
  return owner.policy === undefined ? slice : owner;
};

/** A packet between two pods. */
export interface Packet extends Pick<Flow, 'source' | 'destination' | 'protocol'> {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Whether the other pod sent first; the node remembers it. */
  readonly answers: boolean;
}

/**
 * Whether a packet passes: its flow is allowed, or it is an answer in a flow that is allowed. Both are judged by the rules of now for every packet, so
 * that a change ends running flows.
 */
export const passes = (rules: Rules, { source, destination, protocol, sourcePort, destinationPort, answers }: Packet): boolean =>
  judgeFlow(rules, { source, destination, protocol, port: destinationPort }).allowed ||
  (answers && judgeFlow(rules, { source: destination, destination: source, protocol, port: sourcePort }).allowed);
