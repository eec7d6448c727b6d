import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PodAttachment, SliceNetwork } from '../../plan/facts/slice-network.ts';
import { repairPodLines } from '../pod/pod-plan.ts';
import { expectedSlice, hostMac, podMac } from './expected.ts';
import { routeLines, sliceLines } from './slice-plan.ts';
import type { NamespaceState, ObservedLink } from './slice-state.ts';

const pod: PodAttachment = { uid: 'u', name: 'ns/pod', netns: '/run/netns/x', address: '10.77.0.5', hostInterface: 'p1' };
const network: SliceNetwork = {
  slice: 'app',
  netns: 'ks-app',
  interface: 'ks1',
  driver: 'WireGuardUserspace',
  privateKeyFile: '/k',
  publicKey: 'K',
  listenPort: 51820,
  router: '10.77.0.1',
  subnet: '10.77.0.0/16',
  blocks: ['10.77.0.0/24'],
  mtu: 1420,
  peers: [],
  pods: [pod],
};
const link = (rest: Partial<ObservedLink>): ObservedLink => ({
  index: 1,
  mtu: 1420,
  up: true,
  mac: hostMac,
  peerIndex: undefined,
  addresses: [],
  ...rest,
});
const right = (): NamespaceState => ({
  links: new Map([
    ['lo', link({ addresses: ['127.0.0.1/8', '10.77.0.1/32'] })],
    ['ks1', link({})],
    ['p1', link({ index: 4 })],
  ]),
  ...expectedSlice(network, [pod]),
});

it('has nothing to say about a namespace that is right', () => {
  expect(sliceLines(network, right())).toEqual([]);
});

it('says only what differs', () => {
  const seen = right();
  const links = new Map(seen.links);
  links.set('ks1', link({ mtu: 1400, up: false }));
  links.set('p9', link({}));
  links.set('lo', link({ addresses: ['10.77.0.9/32', '10.77.0.1/32'] }));
  const routes = new Set(seen.routes);
  routes.delete('10.77.0.5 dev p1 src 10.77.0.1');
  routes.add('default dev ks1');
  routes.add('10.77.0.9 dev p9 src 10.77.0.1');
  expect(sliceLines(network, { ...seen, links, routes })).toEqual([
    'link del dev p9',
    'addr del 10.77.0.9/32 dev lo',
    'link set ks1 mtu 1420 up',
    'route del default dev ks1',
    'route replace 10.77.0.5 dev p1 src 10.77.0.1',
  ]);
});

it('replaces a route in place instead of leaving a gap', () => {
  const wanted = new Set(['10.77.0.0/16 dev ks1 src 10.77.0.1']);
  expect(routeLines(wanted, new Set(['10.77.0.0/16 dev eth9']), [])).toEqual(['route replace 10.77.0.0/16 dev ks1 src 10.77.0.1']);
});

it('turns any set of routes into the wanted one', () => {
  const route = fc
    .record({
      dst: fc.constantFrom('default', '10.0.0.0/8', '10.1.0.0/16', '10.2.3.4'),
      metric: fc.constantFrom(0, 7),
      dev: fc.constantFrom('a', 'b'),
    })
    .map(({ dst, metric, dev }) => ({ key: `${dst} ${metric}`, line: `${dst} dev ${dev}${metric === 0 ? '' : ` metric ${metric}`}` }));
  const table = fc.uniqueArray(route, { selector: ({ key }) => key }).map((routes) => new Map(routes.map(({ key, line }) => [key, line])));
  fc.assert(
    fc.property(table, table, (wanted, seen) => {
      const kernel = new Map(seen);
      for (const line of routeLines(new Set(wanted.values()), new Set(seen.values()), [])) {
        const [, verb, ...rest] = line.split(' ');
        const text = rest.join(' ');
        const key = `${rest[0]} ${/ metric (\d+)/.exec(text)?.[1] ?? 0}`;
        if (verb === 'del') expect(kernel.get(key)).toBe(text);
        if (verb === 'del') kernel.delete(key);
        else kernel.set(key, text);
      }
      expect(kernel).toEqual(wanted);
    }),
  );
});

it('repairs inside a pod only what is the slice’s, and asks for a new attachment when the interface is another one', () => {
  const mac = podMac(pod.address);
  expect(mac).toBe('02:6b:0a:4d:00:05');
  const seen: NamespaceState = {
    links: new Map([
      ['eth0', link({ addresses: ['10.244.0.9/24'] })],
      ['slice0', link({ mac, peerIndex: 4, addresses: ['10.77.0.5/32'] })],
    ]),
    routes: new Set(['default via 10.244.0.1 dev eth0', '10.77.0.0/16 via 169.254.1.1 dev slice0 onlink src 10.77.0.5']),
    neighbours: new Set([`169.254.1.1 lladdr ${hostMac} dev slice0 nud permanent`]),
  };
  expect(repairPodLines(network, pod, seen, 4)).toEqual(['route replace unreachable 10.77.0.0/16 metric 4278198272']);
  expect(repairPodLines(network, pod, seen, 5)).toBeUndefined();
  expect(repairPodLines(network, pod, { ...seen, links: new Map() }, 4)).toBeUndefined();
});
