import type { ProgramContext } from '../../host/program.ts';
import { Failure } from '../../values/failure.ts';

/** The settings of the DNS program, from its environment. */
export type DnsSettings = {
  /** `DNS_HOST`. @default all addresses of the family of `POD_IP`: '0.0.0.0', or '::' for an IPv6 address */
  readonly host: string;
  /** `DNS_PORT`; 0 selects a free one. @default 5353 */
  readonly port: number;
  /** `DNS_TTL`: seconds that clients may cache an address. @default 5 */
  readonly ttl: number;
  /** `DNS_DRAIN_MS`: milliseconds for which queries are still answered after the signal to stop. @default 3000 */
  readonly drainMs: number;
  readonly healthHost: string;
  readonly healthPort: number;
};

const number = (env: ProgramContext['env'], name: string, otherwise: number, most: number): number => {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  if (!/^[0-9]{1,9}$/.test(text) || Number(text) > most) {
    throw new Failure('InvalidInput', `${name} is "${text}"; it must be a whole number from 0 to ${most}.`);
  }
  return Number(text);
};

/** Reads the settings; an invalid value is refused with `InvalidInput`, naming the variable. */
export const dnsSettings = (env: ProgramContext['env']): DnsSettings => ({
  host: env.DNS_HOST ?? (env.POD_IP?.includes(':') === true ? '::' : '0.0.0.0'),
  port: number(env, 'DNS_PORT', 5353, 65_535),
  ttl: number(env, 'DNS_TTL', 5, 86_400),
  drainMs: number(env, 'DNS_DRAIN_MS', 3_000, 60_000),
  healthHost: env.HEALTH_HOST ?? '0.0.0.0',
  healthPort: number(env, 'HEALTH_PORT', 8080, 65_535),
});
