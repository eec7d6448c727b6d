import type { ClassNumber } from '../../values/address/access-class.ts';
import { type AccessPorts, type AccessProtocol, type AccessScope, accessProtocols } from './access.ts';
import { hasPort } from './judge.ts';
import type { AccessVerdict } from './rules.ts';

/** A policy that concerns a source and a called class, by what decides further. */
export interface PairPolicy {
  readonly scope: AccessScope;
  readonly action: 'Allow' | 'Deny';
  readonly ports: readonly AccessPorts[] | undefined;
}

/** What holds between a source and a called class. */
export interface Pair {
  readonly source: ClassNumber;
  readonly called: ClassNumber;
  /** The policies that match both. */
  readonly policies: readonly PairPolicy[];
  /** Scopes that deny what no policy allows. */
  readonly closed: ReadonlySet<AccessScope>;
}

/** A port of no rule, for what holds of a protocol as a whole. */
const noPort = 0;
const maxPort = 65_535;

/**
 * The verdicts of a pair: of flows without ports or of protocols that no rule names, then of the protocols and of the ports that differ. The same
 * judgement as `judgeFlow`.
 */
export const pairVerdicts = ({ source, called, policies, closed }: Pair): AccessVerdict[] => {
  const allowed = (protocol: AccessProtocol | 'Other', port: number): boolean => {
    const reached = policies.filter(({ ports }) => hasPort(ports, protocol, port));
    if (reached.some(({ action }) => action === 'Deny')) return false;
    return [...closed].every((scope) => reached.some((policy) => policy.scope === scope));
  };
  const pair = { source, called };
  const otherwise = allowed('Other', noPort);
  const verdicts: AccessVerdict[] = [{ ...pair, allowed: otherwise }];
  for (const protocol of accessProtocols) {
    const whole = allowed(protocol, noPort);
    if (whole !== otherwise) verdicts.push({ ...pair, protocol, allowed: whole });
    for (const ports of differing(boundaries(policies, protocol), (port) => allowed(protocol, port) !== whole))
      verdicts.push({ ...pair, protocol, ports, allowed: !whole });
  }
  return verdicts;
};

/** The ports where a rule of a protocol begins, or the first after its end, ascending. */
const boundaries = (policies: readonly PairPolicy[], protocol: AccessProtocol): number[] => {
  const named = policies.flatMap(({ ports = [] }) => ports.filter((one) => one.protocol === protocol && one.port !== undefined));
  const ends = named.flatMap(({ port = noPort, endPort = port }) => [port, endPort + 1]);
  return [...new Set(ends)].toSorted((a, b) => a - b);
};

/** The ranges between boundaries in which the ports differ; neighbours are one range. */
const differing = (starts: readonly number[], differs: (port: number) => boolean): (readonly [number, number])[] => {
  const ranges: [number, number][] = [];
  for (const [at, first] of starts.entries()) {
    if (first > maxPort || !differs(first)) continue;
    const last = (starts[at + 1] ?? maxPort + 1) - 1;
    const before = ranges.at(-1);
    if (before?.[1] === first - 1) before[1] = last;
    else ranges.push([first, last]);
  }
  return ranges;
};
