import { expect, it, vi } from 'vitest';
import type { Change } from '../../kubernetes/mirror.ts';
import { importedEndpointSlices } from '../../plan/exports/imports.ts';
import { endpoint, offer } from '../../plan/fixtures/worker.ts';
import { type LinkHistory, newLink } from '../../plan/links/liveness.ts';
import type { EndpointSlice } from '../../values/builtin/endpoint-slice.ts';
import { nodeServices } from './node-services.ts';

const range = '10.0.240.0/20';

it('follows EndpointSlices once they are read, and leaves out what this node calls Down at once', async () => {
  let emit: (change: Change<EndpointSlice>) => void = () => undefined;
  let isSynced = false;
  const links = new Map<string, LinkHistory>();
  const onDown = vi.fn();
  const mirror = {
    subscribe: (handler: typeof emit) => {
      emit = handler;
      return () => undefined;
    },
    isSynced: () => isSynced,
  };
  const services = nodeServices(mirror, () => links, onDown);
  const [object] = importedEndpointSlices('app', offer('east', [endpoint(1), { ...endpoint(2), node: 'n2' }]), true, '10.0.240.9');
  if (object === undefined) throw new Error('there is none');
  const change = (type: 'added' | 'deleted') => ({ type, key: 'app-ns/web', object }) as Change<EndpointSlice>;
  const targets = () =>
    services
      .of('app', range)
      ?.get('app-ns/web')
      ?.ports[0]?.targets.map(({ address }) => address);

  emit(change('added'));
  expect(services.of('app', range)).toBeUndefined();
  isSynced = true;
  expect(targets()).toEqual(['10.0.0.1', '10.0.0.2']);

  links.set('east/n2', { ...newLink(0), state: 'Down' });
  services.linksChanged('app');
  services.linksChanged('app');
  await vi.waitFor(() => expect(onDown).toHaveBeenCalledTimes(1));
  expect(targets()).toEqual(['10.0.0.1']);
  // A change that turns no link Down or up again concerns no service.
  links.set('east/n1', { ...newLink(0), state: 'Up' });
  services.linksChanged('app');
  await new Promise((resolve) => setImmediate(resolve));
  expect(onDown).toHaveBeenCalledTimes(1);

  emit(change('deleted'));
  expect(services.of('app', range)?.size).toBe(0);
});

it('leaves out endpoints behind a closed tunnel, in the same step', () => {
  const [object] = importedEndpointSlices('app', offer('east', [endpoint(1), { ...endpoint(2), node: 'n2' }]), true, '10.0.240.9');
  const mirror = {
    subscribe: (handler: (change: Change<EndpointSlice>) => void) => {
      handler({ type: 'added', key: 'app-ns/web', object } as Change<EndpointSlice>);
      return () => undefined;
    },
    isSynced: () => true,
  };
  const links = new Map<string, LinkHistory>([['east/n1', { ...newLink(0), state: 'Up' }]]);
  const services = nodeServices(mirror, () => links, vi.fn());
  const targets = (...closed: readonly string[]) => {
    services.closed('app', new Set(closed));
    return services
      .of('app', range)
      ?.get('app-ns/web')
      ?.ports[0]?.targets.map(({ address }) => address);
  };
  expect(targets()).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(targets('east/n1')).toEqual(['10.0.0.2']);
  expect(targets('east/n1', 'east/n2')).toEqual([]);
  expect(targets()).toEqual(['10.0.0.1', '10.0.0.2']);
});

it('obeys the traffic policies of a service as soon as this node knows its cluster', () => {
  const [object] = importedEndpointSlices(
    'app',
    offer('east', [endpoint(1), { ...endpoint(2), node: 'n2' }], { internalTrafficPolicy: 'Local' }),
    true,
    '10.0.240.9',
  );
  let cluster: string | undefined;
  const mirror = {
    subscribe: (handler: (change: Change<EndpointSlice>) => void) => {
      handler({ type: 'added', key: 'app-ns/web', object } as Change<EndpointSlice>);
      return () => undefined;
    },
    isSynced: () => true,
  };
  const services = nodeServices(
    mirror,
    () => new Map(),
    () => undefined,
    () => (cluster === undefined ? undefined : { cluster, node: 'n2' }),
  );
  const targets = () =>
    services
      .of('app', range)
      ?.get('app-ns/web')
      ?.ports[0]?.targets.map(({ address }) => address);
  expect(targets()).toEqual(['10.0.0.1', '10.0.0.2']);
  cluster = 'east';
  expect(targets()).toEqual(['10.0.0.2']);
});
