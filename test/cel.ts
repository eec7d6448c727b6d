import { Environment } from '@marcbachmann/cel-js';
import { cidrAround, containsIp, formatCidr } from '../src/values/address/cidr.ts';
import { familyOf, type Ip, readIp, widthOf } from '../src/values/address/ip.ts';

class CelIp {
  readonly ip: Ip;
  constructor(ip: Ip) {
    this.ip = ip;
  }
}

/** A network as Kubernetes' CEL library has it: unlike ours it may have bits set after the prefix. */
class CelCidr {
  readonly ip: Ip;
  readonly prefix: number;
  constructor(ip: Ip, prefix: number) {
    this.ip = ip;
    this.prefix = prefix;
  }
}

const read = (text: string): CelCidr | undefined => {
  const [, address = '', prefix = ''] = /^([^/]*)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  const ip = readIp(address);
  return ip === undefined || Number(prefix) > widthOf(ip) ? undefined : new CelCidr(ip, Number(prefix));
};

const mustRead = (text: string): CelCidr => {
  const cidr = read(text);
  if (cidr === undefined) throw new Error(`cidr("${text}"): not a network`);
  return cidr;
};

const environment = (): Environment =>
  new Environment({ unlistedVariablesAreDyn: true })
    .registerType('IP', CelIp)
    .registerType('CIDR', CelCidr)
    .registerFunction('isCIDR(string): bool', (text: string) => read(text) !== undefined)
    .registerFunction('cidr(string): CIDR', mustRead)
    .registerFunction('CIDR.ip(): IP', (cidr: CelCidr) => new CelIp(cidr.ip))
    .registerFunction('CIDR.prefixLength(): int', (cidr: CelCidr) => BigInt(cidr.prefix))
    .registerFunction('CIDR.masked(): CIDR', (cidr: CelCidr) => new CelCidr(cidrAround(cidr.ip, cidr.prefix).base, cidr.prefix))
    .registerFunction('CIDR.containsIP(IP): bool', (cidr: CelCidr, { ip }: CelIp) => containsIp(cidrAround(cidr.ip, cidr.prefix), ip))
    .registerFunction('string(CIDR): string', (cidr: CelCidr) => formatCidr({ base: cidr.ip, prefix: cidr.prefix }))
    .registerFunction('IP.family(): int', (ip: CelIp) => BigInt(familyOf(ip.ip)))
    .registerOperator('CIDR == CIDR', (a: CelCidr, b: CelCidr) => a.ip === b.ip && a.prefix === b.prefix);

/** One CEL rule of a schema, with what the API server says when it is broken. */
export interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
}

/** The rules that a schema carries for the API server. */
export const rulesOf = (schema: { meta(): Readonly<Record<string, unknown>> | undefined }): readonly Rule[] => {
  const rules: readonly Rule[] = JSON.parse(JSON.stringify(schema.meta()?.['x-kubernetes-validations'] ?? []));
  return rules;
};

/**
 * The messages of the rules that a value breaks, as an API server would give them; empty when it is acceptable. Without `oldSelf` the
 * object is being created, and rules that compare with the old value do not run, as on a server (transition rules).
 */
export const refusals = (rules: readonly Rule[], self: unknown, oldSelf?: unknown): string[] => {
  const cel = environment();
  const context = oldSelf === undefined ? { self } : { self, oldSelf };
  return rules
    .filter(({ rule }) => oldSelf !== undefined || !rule.includes('oldSelf'))
    .filter(({ rule }) => cel.evaluate(rule, context) !== true)
    .map(({ rule, message, messageExpression }) =>
      messageExpression === undefined ? (message ?? rule) : String(cel.evaluate(messageExpression, context)),
    );
};
