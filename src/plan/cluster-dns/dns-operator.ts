import { dnsOperatorServer } from '../../api/stub-block.ts';
import type { DnsOperator, DnsServer } from '../../values/builtin/dns-operator.ts';
import { Failure } from '../../values/failure.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import type { StubZone } from './corefile.ts';

/** Whether a server of OpenShift's DNS operator other than ours forwards a zone or a part of it. */
export const operatorForwards = (operator: DnsOperator, zone: string): boolean => foreignServer(operator, zone) !== undefined;

const foreignServer = (operator: DnsOperator, zone: string): DnsServer | undefined =>
  (operator.spec?.servers ?? []).find(
    ({ name, zones = [] }) => name !== dnsOperatorServer && zones.some((served) => isUnder(served.toLowerCase().replace(/\.$/, ''), zone)),
  );

const isUnder = (zone: string, above: string): boolean => zone === above || zone.endsWith(`.${above}`);

/**
 * The servers of OpenShift's DNS operator with ours for the stub, or without it; undefined when they are correct, null when the field must be removed
 * because it has no servers left.
 *
 * @throws Failure InvalidInput when another server forwards the zone.
 */
export const planServers = (operator: DnsOperator, stub: StubZone | undefined): readonly DnsServer[] | null | undefined => {
  const before = operator.spec?.servers ?? [];
  const others = before.filter(({ name }) => name !== dnsOperatorServer);
  if (stub === undefined) return others.length === before.length ? undefined : others.length === 0 ? null : others;
  const foreign = foreignServer(operator, stub.zone);
  if (foreign !== undefined) {
    throw new Failure(
      'InvalidInput',
      `The DNS operator already has a server "${foreign.name}" for "${stub.zone}"; remove it from spec.servers of dns.operator/default, and KubeSlice will serve ${stub.zone} there.`,
    );
  }
  const zones = [stub.zone, ...(stub.also === undefined ? [] : [stub.also])];
  const ours: DnsServer = { name: dnsOperatorServer, zones, forwardPlugin: { upstreams: [...stub.servers] } };
  const seen = before.find(({ name }) => name === dnsOperatorServer);
  // The API server fills in fields that we do not set.
  const same =
    seen !== undefined &&
    canonicalJson(seen.zones ?? []) === canonicalJson(ours.zones ?? []) &&
    canonicalJson(seen.forwardPlugin?.upstreams ?? []) === canonicalJson(ours.forwardPlugin?.upstreams ?? []);
  return same ? undefined : [...others, ours];
};
