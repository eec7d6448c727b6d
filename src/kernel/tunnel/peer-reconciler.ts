import { rm, writeFile } from 'node:fs/promises';
import { mustRun } from '../../host/run.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { sha256Hex } from '../../values/text/hash.ts';
import { inNetns, netnsPath } from '../netns.ts';
import type { ObservedPeer } from '../port.ts';
import { observeTunnel, type TunnelOptions } from './tunnel.ts';
import { type AppliedPeer, peerChanges } from './wg.ts';

/** `wg set` takes peers as arguments; this many stay below the limit of 128 KiB for one argument list on old kernels. */
const peersPerCommand = 200;

/** Keeps the peers of the tunnel of one slice. */
export class PeerReconciler {
  readonly #tunnel: TunnelOptions;
  readonly #netns: string;
  #applied: ReadonlyMap<string, AppliedPeer> = new Map();

  constructor(tunnel: TunnelOptions, netns: string) {
    this.#tunnel = tunnel;
    this.#netns = netns;
  }

  /** Forgets the applied peers, because the tunnel was replaced. */
  forget(): void {
    this.#applied = new Map();
  }

  /** Gives the tunnel the peers of the network when the last pass gave it those of another one, and nobody changed them since. */
  async adjust(before: SliceNetwork, network: SliceNetwork, change: (line: string) => void, signal: AbortSignal): Promise<void> {
    // To ask charon takes longer with every peer, and pods that start wait for this.
    if (network.driver === 'IPsec' && JSON.stringify(before.peers) === JSON.stringify(network.peers)) return;
    await this.converge(network, await this.#seenBefore(before, network, signal), change, signal);
  }

  /** The peers as the last pass left them. Peers whose handshake is to be renewed are observed, because one may have succeeded in the meantime. */
  async #seenBefore(before: SliceNetwork, network: SliceNetwork, signal: AbortSignal): Promise<readonly ObservedPeer[]> {
    if (network.driver === 'IPsec') return [];
    const renewed = network.peers.some(({ publicKey, renewals }) => renewals > (this.#applied.get(publicKey)?.renewals ?? renewals));
    const tunnel = renewed ? await observeTunnel(this.#tunnel, network, signal) : undefined;
    return tunnel?.peers ?? before.peers.map(asObserved);
  }

  /** Gives the tunnel the peers of the network; `seen` are the observed ones. */
  async converge(network: SliceNetwork, seen: readonly ObservedPeer[], change: (line: string) => void, signal: AbortSignal): Promise<void> {
    if (network.driver === 'IPsec') {
      // The pass reads the connections of charon itself, so `seen` is not needed.
      await this.#tunnel.ipsec.converge(network, change, signal);
      return;
    }
    // Beside the private key, on tmpfs.
    const secretFile = (publicKey: string): string => `${network.privateKeyFile}.${sha256Hex(publicKey).slice(0, 16)}.preshared`;
    const changes = peerChanges(network.peers, seen, this.#applied, Date.now() / 1000, secretFile);
    for (let start = 0; start < changes.length; start += peersPerCommand) {
      const part = changes.slice(start, start + peersPerCommand);
      // Both kinds of tunnel are reached from inside the namespace: a kernel tunnel is there, and a control socket is a file.
      const words = ['wg', 'set', network.interface, ...part.flatMap((peer) => peer.words)];
      const secrets = part.flatMap(({ secret }) => secret ?? []);
      try {
        for (const { file, content } of secrets) await writeFile(file, content, { mode: 0o600 });
        await mustRun(this.#tunnel.run, inNetns(netnsPath(this.#netns), words), { signal });
      } finally {
        await Promise.all(secrets.map(({ file }) => rm(file, { force: true })));
      }
      for (const peer of part) change(peer.change);
    }
    const found = new Set(seen.map((peer) => peer.publicKey));
    const wasAdded = (publicKey: string): boolean => this.#applied.get(publicKey)?.added ?? !found.has(publicKey);
    this.#applied = new Map(
      network.peers.map(({ publicKey, endpoint, renewals }) => [publicKey, { endpoint, renewals, added: wasAdded(publicKey) }]),
    );
  }
}

const asObserved = (peer: SliceNetwork['peers'][number]): ObservedPeer => ({
  ...peer,
  allowedIPs: [...peer.allowedIPs].toSorted(),
  // Counts as alive, so that an endpoint is set only when it changed.
  latestHandshake: Number.MAX_SAFE_INTEGER,
  receivedBytes: 0,
  sentBytes: 0,
});
