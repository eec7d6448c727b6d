import { type Cidr, containsCidr, containsIp, formatCidr, parseCidr, readCidr } from '../../values/address/cidr.ts';
import { familyOf, formatIp, type Ip, readIp } from '../../values/address/ip.ts';
import { Failure } from '../../values/failure.ts';
import { isIdentityKey } from '../../values/identity-key.ts';
import { isDnsLabel, isDnsSubdomain } from '../../values/text/names.ts';
import { isWireguardKey } from '../../values/wireguard-key.ts';

/**
 * Readers of single fields of the objects that an agent reads. Each returns the value in its canonical text, or throws `InvalidInput` with the name
 * of the field. A returned value contains no space, no control character and no option, so it may become an argument of a command.
 */

/** A piece of foreign text made safe to show: printable ASCII, at most 64 characters. */
const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return `"${plain.length > 64 ? `${plain.slice(0, 63)}…` : plain}"`;
};

/** The refusal of a field: `InvalidInput` with a sentence that names the field, its value, and what it should be. */
export const refuse = (field: string, value: unknown, wanted: string): never => {
  throw new Failure('InvalidInput', `${field} is ${shown(value)}, which is not ${wanted}.`);
};

/** Pods have only IPv4 addresses so far, so everything inside a slice is IPv4. */
const ofSlice = (ip: Ip): boolean => familyOf(ip) === 4;

/** This host, loopback, link-local, multicast and reserved (RFC 6890): a slice cannot use them. */
const unusable = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].map(parseCidr);

const cidr = (field: string, value: unknown): Cidr => {
  const read = typeof value === 'string' ? readCidr(value) : undefined;
  return read === undefined || 'fault' in read || !ofSlice(read.base) ? refuse(field, value, 'an IPv4 network such as 10.0.0.0/16') : read;
};

/** The network of a slice: IPv4, /8 to /28, without reserved networks and without the addresses of the node itself. */
export const subnetField = (field: string, value: unknown, nodeAddresses: readonly string[]): Cidr => {
  const subnet = cidr(field, value);
  const meets = unusable.some((range) => containsCidr(range, subnet) || containsCidr(subnet, range));
  if (subnet.prefix < 8 || subnet.prefix > 28 || meets) refuse(field, value, 'a network that a slice can have');
  for (const text of nodeAddresses) {
    const ip = readIp(text);
    if (ip !== undefined && containsIp(subnet, ip)) refuse(field, value, `a network apart from this node's own address ${text}`);
  }
  return subnet;
};

/** A block inside the slice's network. */
export const blockField = (field: string, value: unknown, subnet: Cidr): string => {
  const block = cidr(field, value);
  return containsCidr(subnet, block) ? formatCidr(block) : refuse(field, value, `inside of the slice's network ${formatCidr(subnet)}`);
};

/** An address inside the slice's network. */
export const sliceAddressField = (field: string, value: unknown, subnet: Cidr): string => {
  const ip = typeof value === 'string' ? readIp(value) : undefined;
  return ip !== undefined && containsIp(subnet, ip)
    ? formatIp(ip)
    : refuse(field, value, `an address in the slice's network ${formatCidr(subnet)}`);
};

/** An address of a node outside the slice's network: a tunnel that ended inside would carry itself. */
export const underlayAddressField = (field: string, value: unknown, subnet: Cidr): string => {
  const ip = typeof value === 'string' ? readIp(value) : undefined;
  return ip !== undefined && !containsIp(subnet, ip)
    ? formatIp(ip)
    : refuse(field, value, `an IP address outside of the slice's network ${formatCidr(subnet)}`);
};

/** A TCP or UDP port. */
export const portField = (field: string, value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535
    ? value
    : refuse(field, value, 'a port from 1 to 65535');

/** A non-negative whole number. */
export const countField = (field: string, value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse(field, value, 'a whole number');

/** One of several fixed values. */
export const enumField = <Word extends string>(field: string, value: unknown, words: readonly Word[]): Word =>
  words.find((word) => word === value) ?? refuse(field, value, `one of ${words.join(', ')}`);

/** A DNS label (RFC 1123). */
export const labelField = (field: string, value: unknown): string =>
  typeof value === 'string' && isDnsLabel(value) ? value : refuse(field, value, 'a DNS label of RFC 1123');

/** A DNS subdomain (RFC 1123), the form of node and pod names. */
export const subdomainField = (field: string, value: unknown): string =>
  typeof value === 'string' && isDnsSubdomain(value) ? value : refuse(field, value, 'a DNS subdomain of RFC 1123');

/** A UID of Kubernetes (metav1.ObjectMeta): at most 64 letters, digits and dashes. */
export const uidField = (field: string, value: unknown): string =>
  typeof value === 'string' && /^[A-Za-z0-9][-A-Za-z0-9]{0,63}$/.test(value) ? value : refuse(field, value, 'a UID');

/** A public key in the form that `wg` reads. */
export const keyField = (field: string, value: unknown): string =>
  typeof value === 'string' && isWireguardKey(value) ? value : refuse(field, value, 'a WireGuard key, the base64 of 32 bytes');

/** A public key by which a node proves who it is. */
export const identityKeyField = (field: string, value: unknown): string =>
  typeof value === 'string' && isIdentityKey(value) ? value : refuse(field, value, 'a P-256 public key');
