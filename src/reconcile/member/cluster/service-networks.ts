import { serviceCidrKind, serviceKind } from '../../../kubernetes/kinds.ts';
import { Failure } from '../../../values/failure.ts';
import type { LocalWorld } from './local-world.ts';

/** Services whose addresses must be protected, even if nothing else is known. */
const vital = [
  { namespace: 'default', name: 'kubernetes' },
  { namespace: 'kube-system', name: 'kube-dns' },
] as const;

/**
 * The networks of service addresses, in CIDR notation. Where the API server is too old to report them (before ServiceCIDR, KEP-1880), the addresses
 * of the API server and of cluster DNS.
 */
export const serviceNetworks = async ({ client }: LocalWorld, signal: AbortSignal): Promise<string[]> => {
  try {
    const { items } = await client.list(serviceCidrKind, { signal });
    return items.flatMap((item) => [...(item.spec?.cidrs ?? [])]);
  } catch (error) {
    if (!Failure.is(error, 'NotFound') && !Failure.is(error, 'Forbidden')) throw error;
    const services = await Promise.all(vital.map((target) => client.find(serviceKind, target, { signal })));
    return services.flatMap((service) => {
      const address = service?.spec?.clusterIP ?? 'None';
      return address === 'None' || address === '' ? [] : [`${address}/${address.includes(':') ? 128 : 32}`];
    });
  }
};
