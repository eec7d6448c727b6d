import { describe, it } from 'vitest';
import type { PodAttachment, SliceNetwork } from '../plan/facts/slice-network.ts';
import { type TunnelDriver, tunnelDrivers } from '../values/tunnel-driver.ts';
import { nodeIdentityIn } from './fixtures/node-identities.ts';
import { obstacleTo, RealNode, realKernel, shell } from './fixtures/real-node.ts';
import { connectionsOf } from './ipsec/connections.ts';
import { withVici } from './ipsec/vici.ts';
import { type Breakage, type KernelWorld, kernelContract } from './kernel.contract.ts';

const setup = async (tunnelProgram: string, driver: TunnelDriver): Promise<KernelWorld> => {
  const node = new RealNode('k', tunnelProgram);
  const isIpsec = driver === 'IPsec';
  const [own, other] = isIpsec ? [await nodeIdentityIn(node.directory, 'east'), await nodeIdentityIn(node.directory, 'west')] : [];
  const network: SliceNetwork = node.network({
    driver,
    ...(own === undefined ? {} : { nodeIdentity: own.own }),
    router: '10.77.0.1',
    blocks: ['10.77.0.0/24'],
    peers: [
      {
        name: 'west/a',
        publicKey: 'cGVlci1wZWVyLWtleS0wMTIzNDU2Nzg5MDEyMzQ1Ng8=',
        endpoint: '192.0.2.2:51820',
        allowedIPs: ['10.77.1.0/24'],
        router: '10.77.1.1',
        keepaliveSeconds: 25,
        renewals: 0,
        ...(other === undefined ? {} : { identity: other.stated }),
      },
    ],
  });
  const inSlice = `nsenter --net=/run/netns/${network.netns}`;
  const break_: Record<Exclude<Breakage, 'tunnel gone'>, (pod: PodAttachment) => string> = {
    'namespace deleted': () => `ip netns del ${network.netns}`,
    'peer removed': () => `${inSlice} wg set ${network.interface} peer ${network.peers[0]?.publicKey} remove`,
    'peer given other addresses': () => `${inSlice} wg set ${network.interface} peer ${network.peers[0]?.publicKey} allowed-ips 0.0.0.0/0`,
    'slice route deleted': () => `${inSlice} ip route del ${network.subnet}`,
    'foreign default route': () => `${inSlice} ip route add default dev ${network.interface}`,
    'pod route deleted': (pod) => `${inSlice} ip route del ${pod.address}`,
    'firewall flushed': () => `${inSlice} nft flush ruleset`,
    'firewall rule deleted': () => `${inSlice} nft flush chain inet kubeslice source`,
    'policies flushed': () => `${inSlice} nft delete table inet kubeslice_access`,
    'policy rule deleted': () => `${inSlice} nft flush chain inet kubeslice_access judging`,
    'services flushed': () => `${inSlice} nft delete table inet kubeslice_services`,
    'service rule deleted': () => `${inSlice} nft flush chain inet kubeslice_services translate`,
    'service element deleted': () => `${inSlice} nft flush map inet kubeslice_services slots`,
    'forwarding off': () => `${inSlice} sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward'`,
    'pod interface deleted': (pod) => `${inSlice} ip link del ${pod.hostInterface}`,
    'route inside pod deleted': (pod) => `nsenter --net=${pod.netns} ip route del ${network.subnet} via 169.254.1.1 dev slice0`,
    'last route inside pod deleted': (pod) => `nsenter --net=${pod.netns} ip route del unreachable ${network.subnet} metric 4278198272`,
    'neighbour inside pod deleted': (pod) => `nsenter --net=${pod.netns} ip neigh del 169.254.1.1 dev slice0`,
    'interface inside pod given another address': (pod) => `nsenter --net=${pod.netns} ip addr add 10.77.0.99/32 dev slice0`,
    'interface inside pod renamed': (pod) => `nsenter --net=${pod.netns} sh -c 'ip link set slice0 down && ip link set slice0 name other0'`,
    'guard inside pod deleted': (pod) => `nsenter --net=${pod.netns} nft delete table inet kubeslice`,
    'guard rule inside pod deleted': (pod) => `nsenter --net=${pod.netns} nft flush chain inet kubeslice guard`,
    'address inside pod deleted': (pod) => `nsenter --net=${pod.netns} ip addr del ${pod.address}/32 dev slice0`,
  };
  return {
    restart: (clock) => node.kernel(clock),
    network,
    pod: async (name, address) => node.pod(name, address),
    endPod: async (pod) => node.endPod(pod),
    crowd: async (pod) => node.crowd(pod, 200_000),
    break: async (how, { pods }) => {
      const [pod] = pods;
      if (how === 'tunnel gone') node.loseTunnel(network);
      else if (isIpsec && (how === 'peer removed' || how === 'peer given other addresses'))
        await withVici(
          node.charonSocket(network),
          async (vici) => {
            const [name = '', connection] = [...connectionsOf(network)][0] ?? [];
            const child = { local_ts: ['0.0.0.0/0'], remote_ts: ['0.0.0.0/0'] };
            if (how === 'peer removed') await vici.request('unload-conn', { name });
            else await vici.request('load-conn', { [name]: { ...connection?.section, children: { net: child } } });
          },
          AbortSignal.timeout(5_000),
        );
      else if (pod) shell(break_[how](pod));
    },
    traces: async ({ subnet, pods }) =>
      pods.flatMap((pod) =>
        [node.inPod(pod, 'ip -o link'), node.inPod(pod, 'ip route'), node.inPod(pod, 'nft list ruleset')]
          .join('')
          .split('\n')
          .filter((line) => line.includes('slice0') || line.includes(subnet)),
      ),
    close: () => node.close(),
  };
};

const real = await realKernel();
for (const driver of tunnelDrivers) {
  const name = `linux, ${driver}`;
  const obstacle = obstacleTo(real, [driver]);
  if ('tunnelProgram' in real && obstacle === undefined) kernelContract(name, () => setup(real.tunnelProgram, driver), driver !== 'IPsec');
  else {
    const skippedBecause = `skipped: kernel contract: ${name}: ${obstacle}`;
    console.warn(skippedBecause);
    describe(`kernel contract: ${name}`, () => it(skippedBecause, (context) => context.skip()));
  }
}
