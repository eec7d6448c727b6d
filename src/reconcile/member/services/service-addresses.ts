import { importedServiceOf } from '../../../api/imported-service.ts';
import { serviceAddressAnnotation } from '../../../api/labels.ts';
import type { ExportBody } from '../../../exchange/statement/export.ts';
import { createEmitter } from '../../../loop/emitter.ts';
import type { Source } from '../../../loop/source.ts';
import { type ServiceAddress, ServiceAddresses } from '../../../plan/ipam/service-addresses.ts';
import { subnetLayout } from '../../../values/address/subnet-layout.ts';
import { objectKey } from '../../../values/object-key.ts';
import type { Session } from '../session/session.ts';

/** The service addresses of a slice. Emits the imports (`<namespace>/<name>`) that can have an address now, and could not before. */
export interface AddressesOfSlice extends Source<string> {
  /** The address of an import, or that none is free; undefined for a headless one, or one without ports. */
  of(key: string, oldest: Pick<ExportBody, 'type' | 'ports'> | undefined): ServiceAddress | undefined;
  /** The import ended. */
  release(key: string): void;
}

/** Addresses begin as they are stored in the objects of an earlier run. */
export const addressesOfSlice = ({ local, slice, grant }: Pick<Session, 'local' | 'slice' | 'grant'>): AddressesOfSlice => {
  const stored: (readonly [string, string])[] = [];
  for (const { metadata, status } of local.imports.byIndex('slice', slice))
    for (const ip of status?.ips ?? []) stored.push([objectKey(metadata), ip]);
  for (const { metadata } of local.endpointSlices.byIndex('slice', slice)) {
    const [imported, address] = [importedServiceOf(metadata), metadata.annotations?.[serviceAddressAnnotation]];
    if (imported !== undefined && address !== undefined) stored.push([`${imported.namespace}/${imported.service}`, address]);
  }
  const addresses = new ServiceAddresses(subnetLayout(grant.sliceSubnet).services, stored);
  /** Imports for which no address was free. */
  const waiting = new Set<string>();
  const { emit, subscribe } = createEmitter<string>(() => []);
  const release = (key: string): void => {
    waiting.delete(key);
    if (!addresses.release(key)) return;
    const [next] = waiting;
    if (next !== undefined) emit(next);
  };
  return {
    of: (key, oldest) => {
      if (oldest === undefined || oldest.type === 'Headless' || oldest.ports.length === 0) {
        release(key);
        return undefined;
      }
      const address = addresses.of(key);
      if ('ip' in address) waiting.delete(key);
      else waiting.add(key);
      return address;
    },
    release,
    subscribe,
  };
};
