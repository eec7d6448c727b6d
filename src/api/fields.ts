import * as z from 'zod';

/** One CEL rule of the API server (`x-kubernetes-validations`); exactly one of `message` and `messageExpression`. */
export interface CelRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden';
}

/** Attaches CEL rules to a schema node. */
export const validations = (...rules: CelRule[]) => ({ 'x-kubernetes-validations': rules });

/** A list of unique, unordered entries, so that two people who add entries do not overwrite each other. */
export const setOf = { 'x-kubernetes-list-type': 'set' } as const;

/** A list keyed by the named fields. */
export const mapBy = (...keys: string[]) => ({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });

/** A DNS label (RFC 1123), as Kubernetes namespaces and cluster names are. */
export const dnsLabel = () =>
  z
    .string()
    .min(1)
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** A DNS subdomain (RFC 1123), as node and most object names are. */
export const dnsSubdomain = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** IPv4 or IPv6 prefix in CIDR notation, network address only. */
export const cidrField = () => z.string().max(43);

/** IPv4 or IPv6 address. */
export const ipField = () => z.string().max(39);

/** An IPv4 block that a node uses in commands: `isCIDR` of the API server accepts no leading zeros and nothing before or after it. */
export const blockField = () =>
  cidrField().meta(
    validations({
      rule: 'isCIDR(self) && cidr(self).ip().family() == 4 && cidr(self) == cidr(self).masked()',
      message: 'must be an IPv4 network without host bits, such as 10.0.0.0/16',
    }),
  );

/** An address that a node uses in commands. */
export const addressField = () => ipField().meta(validations({ rule: 'isIP(self)', message: 'must be an IPv4 or IPv6 address' }));

/** A UID of Kubernetes. */
export const uidField = () =>
  z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9][-A-Za-z0-9]*$/);

/** A WireGuard public key: the base64 of 32 bytes (wg(8)). */
export const wireguardKeyField = () => z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/);

/** The public key by which a node proves who it is: the base64 of the SubjectPublicKeyInfo of a P-256 key (RFC 5480). */
export const identityKeyField = () => z.string().regex(/^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==$/);

/** Point in time, RFC 3339. */
export const timeField = () => z.string().max(64).meta({ format: 'date-time' });
