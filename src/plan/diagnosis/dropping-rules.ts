import { containsIp, readCidr } from '../../values/address/cidr.ts';
import { compareIp, readIp } from '../../values/address/ip.ts';
import type { DropRule } from './node-facts.ts';

/** The traffic of a node's tunnels as seen from outside. */
export interface TunnelTraffic {
  /** UDP ports on which this node, and its peers, listen. */
  readonly ports: readonly number[];
  /** Addresses of nodes, this one and its peers. */
  readonly addresses: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Values of the right side of a match: a single one, a set, or ranges (libnftables-json(5)). */
const holds = (right: unknown, fits: (from: string, to: string) => boolean): boolean => {
  if (isObject(right)) {
    if ('set' in right) return listOf(right.set).some((each) => holds(each, fits));
    if ('range' in right) {
      const [from, to] = listOf(right.range);
      return fits(String(from), String(to));
    }
    if (isObject(right.prefix)) return fits(`${String(right.prefix.addr)}/${String(right.prefix.len)}`, '');
    return false;
  }
  return (typeof right === 'string' || typeof right === 'number') && fits(String(right), String(right));
};

/** Whether one of the addresses is the named one, or is in the named network or range. */
const containsAny = (addresses: readonly string[]) => (from: string, to: string) =>
  addresses.some((address) => {
    const ip = readIp(address);
    if (ip === undefined) return false;
    if (to === '' && from.includes('/')) {
      const network = readCidr(from);
      return 'base' in network && containsIp(network, ip);
    }
    const [first, last] = [readIp(from), readIp(to === '' ? from : to)];
    return first !== undefined && last !== undefined && compareIp(first, ip) <= 0 && compareIp(ip, last) <= 0;
  });

/** Whether a match can hold for a packet of a tunnel; undefined when the rule does not show it. */
const mayHold = (match: Json, { ports, addresses }: TunnelTraffic): boolean | undefined => {
  const { left, right, op } = match;
  if (!isObject(left)) return undefined;
  const answer = (value: boolean): boolean => (op === '!=' ? !value : value);
  if (isObject(left.meta) && left.meta.key === 'l4proto') return answer(holds(right, (from) => from === 'udp' || from === '17'));
  if (!isObject(left.payload)) return undefined;
  const { protocol, field } = left.payload;
  if (field === 'protocol') return answer(holds(right, (from) => from === 'udp' || from === '17'));
  if (protocol === 'ip' && (field === 'saddr' || field === 'daddr')) return answer(holds(right, containsAny(addresses)));
  if ((protocol === 'udp' || protocol === 'th') && (field === 'dport' || field === 'sport'))
    return answer(holds(right, (from, to) => ports.some((port) => port >= Number(from) && port <= Number(to))));
  if (protocol === 'tcp' || protocol === 'icmp') return false;
  return undefined;
};

/** A rule as text: its matches and its verdict. */
const wordsOf = (expressions: readonly unknown[]): string =>
  expressions
    .map((each) => {
      if (!isObject(each)) return '';
      const [[kind, value] = ['', undefined]] = Object.entries(each);
      if (kind !== 'match' || !isObject(value) || !isObject(value.left)) return kind === 'counter' ? '' : kind;
      const left = isObject(value.left.payload)
        ? `${String(value.left.payload.protocol)} ${String(value.left.payload.field)}`
        : JSON.stringify(value.left);
      const right = typeof value.right === 'string' ? value.right : JSON.stringify(value.right);
      return `${left} ${value.op === '==' ? '' : `${String(value.op)} `}${right}`;
    })
    .filter((word) => word !== '')
    .join(' ');

/**
 * Rules of the node's own firewall that certainly drop packets of tunnels: they end in drop or reject, match at least the port or an address, and
 * every match of them can hold for such a packet. A rule with a match that cannot be evaluated (a mark, a state) is left out.
 *
 * @param ruleset output of `nft -j list ruleset`
 */
export const droppingRules = (ruleset: string, traffic: TunnelTraffic): DropRule[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(ruleset);
  } catch {
    return [];
  }
  return listOf(isObject(parsed) ? parsed.nftables : undefined).flatMap((entry): DropRule[] => {
    if (!isObject(entry) || !isObject(entry.rule)) return [];
    const { family, table, chain, handle, expr } = entry.rule;
    const expressions = listOf(expr);
    if (!expressions.some((each) => isObject(each) && ('drop' in each || 'reject' in each))) return [];
    const matches = expressions.flatMap((each) => (isObject(each) && isObject(each.match) ? [each.match] : []));
    const verdicts = matches.map((match) => mayHold(match, traffic));
    if (verdicts.length === 0 || verdicts.some((verdict) => verdict !== true)) return [];
    return [{ family: String(family), table: String(table), chain: String(chain), handle: Number(handle), text: wordsOf(expressions) }];
  });
};
