import type { PodAttachment, SliceNetwork } from '../plan/facts/slice-network.ts';
import { FakeKernel, FakeMachine } from './fake.ts';
import { type Breakage, type KernelWorld, kernelContract } from './kernel.contract.ts';

const network: SliceNetwork = {
  slice: 'app',
  netns: 'ks-app',
  interface: 'ks01234567',
  driver: 'WireGuardUserspace',
  privateKeyFile: '/run/key',
  publicKey: 'own',
  listenPort: 51820,
  router: '10.77.0.1',
  subnet: '10.77.0.0/16',
  blocks: ['10.77.0.0/24'],
  mtu: 1420,
  peers: [
    {
      name: 'west/a',
      publicKey: 'peer',
      endpoint: '192.0.2.2:51820',
      allowedIPs: ['10.77.1.0/24'],
      router: '10.77.1.1',
      keepaliveSeconds: 25,
      renewals: 0,
    },
  ],
  pods: [],
};

const partOf: Record<Breakage, string> = {
  'namespace deleted': 'namespace',
  'tunnel gone': 'tunnel',
  'peer removed': 'peer',
  'peer given other addresses': 'peer',
  'slice route deleted': 'routes',
  'foreign default route': 'routes',
  'pod route deleted': 'pod',
  'firewall flushed': 'firewall',
  'firewall rule deleted': 'firewall',
  'policies flushed': 'policies',
  'policy rule deleted': 'policies',
  'services flushed': 'service ',
  'service rule deleted': 'service ',
  'service element deleted': 'service ',
  'forwarding off': 'settings',
  'pod interface deleted': 'pod',
  'route inside pod deleted': 'pod',
  'last route inside pod deleted': 'pod',
  'neighbour inside pod deleted': 'pod',
  'interface inside pod given another address': 'pod',
  'interface inside pod renamed': 'pod',
  'guard inside pod deleted': 'pod',
  'guard rule inside pod deleted': 'pod',
  'address inside pod deleted': 'pod',
};

const setup = async (): Promise<KernelWorld> => {
  const machine = new FakeMachine();
  return {
    restart: (clock) => new FakeKernel(machine, undefined, clock),
    network,
    pod: async (name, address): Promise<PodAttachment> => {
      machine.podNamespaces.add(`/run/netns/${name}`);
      return { uid: name, name: `app-ns/${name}`, netns: `/run/netns/${name}`, address, hostInterface: `p-${name}` };
    },
    endPod: async (pod) => {
      machine.podNamespaces.delete(pod.netns);
    },
    // There is nothing but the slice's in these pods, so that nothing can be in the way.
    crowd: async () => {},
    break: async (how, { netns, pods: [pod] }) => {
      const parts = machine.slices.get(netns)?.parts;
      const part = partOf[how] === 'pod' ? `pod ${pod?.uid}` : partOf[how];
      for (const key of parts?.keys() ?? []) if (key.startsWith(part)) parts?.set(key, 'broken');
    },
    traces: async ({ netns, pods }) => pods.filter(({ uid }) => machine.slices.get(netns)?.parts.has(`pod ${uid}`)).map(({ name }) => name),
    close: async () => {},
  };
};

kernelContract('fake', setup);
