import { containsCidr, parseCidr, readCidr } from '../../values/address/cidr.ts';

/** The consent of this cluster's administrator to the hub beyond the defaults, set when the cluster joined. */
export interface Consent {
  /** Networks outside the private ones that slices may use. */
  readonly networks: readonly string[];
  /** Namespaces that may become members of slices, by name or by a prefix and `*`; undefined: every namespace. */
  readonly namespaces: readonly string[] | undefined;
}

/** Private networks (RFC 1918, RFC 6598, RFC 2544), in which a slice needs no consent. */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '198.18.0.0/15'].map(parseCidr);

const entries = (text: string | undefined): string[] => (text ?? '').split(/[\s,]+/u).filter((entry) => entry !== '');

/** Reads consent from the ConfigMap's data: lists separated by commas or spaces. */
export const readConsent = (data: Readonly<Record<string, string>> | undefined): Consent => {
  const namespaces = entries(data?.['namespaces']);
  return {
    networks: entries(data?.['networks']).filter((text) => !('fault' in readCidr(text))),
    namespaces: namespaces.length === 0 ? undefined : namespaces,
  };
};

/** Whether a slice may have that subnet in this cluster. */
export const consentsToSubnet = ({ networks }: Consent, subnet: string): boolean => {
  const cidr = readCidr(subnet);
  return !('fault' in cidr) && [...privateNetworks, ...networks.map(parseCidr)].some((network) => containsCidr(network, cidr));
};

/** Whether a namespace of this cluster may become a member of a slice. */
export const consentsToNamespace = ({ namespaces }: Consent, namespace: string): boolean =>
  namespaces === undefined ||
  namespaces.some((pattern) => (pattern.endsWith('*') ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern));
