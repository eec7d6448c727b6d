import { run } from '../../../host/run.ts';
import { inNetns, netnsIdentity, netnsPath, wrongSettings } from '../../../kernel/netns.ts';
import type { ObservedTunnel } from '../../../kernel/port.ts';
import { jsonDocuments, type LinkJson, observeSlice } from '../../../kernel/slice/slice-state.ts';
import type { PodOnNode, SliceOnNode } from '../../../plan/diagnosis/node-facts.ts';
import { peerName, type SliceFacts, type Snapshot } from '../../../plan/facts/node-state.ts';
import { podHostInterface, sliceNetns, tunnelInterface } from '../../../plan/node/interface-names.ts';
import { podInterface } from '../../../values/pod-interface.ts';
import { linkFactsOf } from './host-facts.ts';

/** The inputs of the collector of one slice. */
export interface SliceQuestion {
  readonly snapshot: Snapshot;
  readonly slice: SliceFacts;
  readonly tunnelOf: (network: { readonly interface: string; readonly netns: string }) => Promise<ObservedTunnel | undefined>;
  /** Paths of the network namespaces of pods by UID. */
  readonly podNamespaces: ReadonlyMap<string, string>;
  readonly now: number;
  readonly signal: AbortSignal;
}

type LinkWithCounters = LinkJson & {
  readonly stats64?: { readonly rx?: { readonly packets?: number }; readonly tx?: { readonly packets?: number } };
};

/** Interfaces with counters and addresses of a namespace, by name. */
const linksIn = async (path: string, signal: AbortSignal): Promise<ReadonlyMap<string, LinkWithCounters>> => {
  const input = 'addr show\n';
  const { stdout } = await run(inNetns(path, ['ip', '-j', '-d', '-s', '-batch', '-']), { signal, input });
  const [links = []] = jsonDocuments(stdout);
  return new Map((links as LinkWithCounters[]).filter(({ ifname }) => ifname !== undefined).map((link) => [link.ifname, link]));
};

const podOf = async (
  question: SliceQuestion,
  uid: string,
  address: string,
  links: ReadonlyMap<string, LinkWithCounters>,
): Promise<PodOnNode> => {
  const { snapshot, slice, signal } = question;
  const known = snapshot.facts.pods.find((pod) => pod.uid === uid);
  const path = question.podNamespaces.get(uid);
  const host = links.get(podHostInterface(slice.name, uid));
  const inside = path === undefined ? undefined : (await linksIn(path, signal)).get(podInterface);
  const route = path === undefined ? undefined : await run(inNetns(path, ['ip', '-4', 'route', 'show', 'exact', slice.subnet]), { signal });
  return {
    uid,
    namespace: known?.namespace ?? '',
    name: known?.name ?? '',
    address,
    running: path !== undefined,
    ...(inside === undefined ? {} : { interface: linkFactsOf(inside) }),
    routed: route?.stdout.includes(` dev ${podInterface} `) === true,
    // Packets that the host end received are packets that the pod sent.
    sentPackets: host?.stats64?.rx?.packets ?? 0,
    receivedPackets: host?.stats64?.tx?.packets ?? 0,
  };
};

const most = 4096;

/** The kernel state of one slice, beside the node's desired state. */
export const sliceOnNode = async (question: SliceQuestion): Promise<SliceOnNode> => {
  const { snapshot, slice, now, signal } = question;
  const netns = sliceNetns(slice.name);
  const name = tunnelInterface(slice, snapshot.facts.node);
  const leases = Object.entries(snapshot.decisions[slice.name]?.leases ?? {}).slice(0, most);
  const present = (await netnsIdentity(netnsPath(netns))) !== undefined;
  const base = { name: slice.name, subnet: slice.subnet };
  if (!present) {
    const pods = await Promise.all(leases.map(([uid, address]) => podOf(question, uid, address, new Map())));
    return { ...base, present, routes: [], wrongSettings: [], peers: [], pods };
  }
  const [state, links, wrong, tunnel] = await Promise.all([
    observeSlice(run, netns, signal),
    linksIn(netnsPath(netns), signal),
    wrongSettings(run, netns, signal),
    question.tunnelOf({ interface: name, netns }),
  ]);
  const known = new Map(slice.peers.map((peer) => [peer.publicKey, peer]));
  const link = links.get(name);
  const router = links.get('lo')?.addr_info.find(({ local }) => local !== undefined && !local.startsWith('127.'))?.local;
  return {
    ...base,
    present,
    ...(link === undefined ? {} : { tunnel: linkFactsOf(link) }),
    ...(router === undefined ? {} : { router }),
    routes: [...state.routes].slice(0, 65_536),
    wrongSettings: wrong,
    ...(tunnel === undefined ? {} : { publicKey: tunnel.publicKey, listenPort: tunnel.listenPort }),
    peers: (tunnel?.peers ?? []).map((peer) => {
      const facts = known.get(peer.publicKey);
      return {
        ...(facts === undefined ? {} : { name: peerName(facts) }),
        publicKey: peer.publicKey,
        ...(peer.endpoint === undefined ? {} : { endpoint: peer.endpoint }),
        allowedIPs: [...peer.allowedIPs].slice(0, 256),
        ...(peer.latestHandshake === 0 ? {} : { handshakeAge: Math.max(0, Math.round(now / 1000 - peer.latestHandshake)) }),
        receivedBytes: peer.receivedBytes,
        sentBytes: peer.sentBytes,
      };
    }),
    pods: await Promise.all(leases.map(([uid, address]) => podOf(question, uid, address, links))),
  };
};
