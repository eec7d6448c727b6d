import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { readIfPresent } from '../../host/read-if-present.ts';
import type { Run } from '../../host/run.ts';
import { writeWholeFile } from '../../host/whole-file.ts';
import type { SliceNetwork } from '../../plan/facts/slice-network.ts';
import { Failure } from '../../values/failure.ts';
import { ipsecInterface } from '../../values/tunnel-driver.ts';
import { inNetns, netnsIdentity, netnsPath } from '../netns.ts';
import type { ObservedTunnel } from '../port.ts';
import { type DetachedOptions, DetachedTunnels } from '../tunnel/detached.ts';
import { charonConf } from './charon-conf.ts';
import { charonProgram } from './charon-root.ts';
import {
  addressBook,
  childName,
  connectionsOf,
  keyIdentifierOf,
  keyOf,
  loopbackAddresses,
  publicKeyOf,
  readAddressBook,
} from './connections.ts';
import { readAssociations, readConnections } from './read-state.ts';
import { ipsecSteps, type SecurityAssociation } from './steps.ts';
import { type Vici, withVici } from './vici.ts';

/** How IPsec tunnels are made on a machine. */
export interface IpsecOptions {
  readonly run: Run;
  /** As in `DetachedOptions`; `binary` is the path of ipsec-tunnel on the machine. */
  readonly tunnels: Omit<DetachedOptions, 'run' | 'directory' | 'program'>;
  /**
   * Makes the folder on the machine that charon sees as its root, with charon and its libraries at their own paths; resolves with its path. Called before
   * each process is started; it may have made it before.
   */
  readonly root: (signal: AbortSignal) => Promise<string>;
  /** On tmpfs, with the same path on the machine; a folder in it for each slice. */
  readonly directory: string;
}

/** What is known about a running tunnel and not to charon. */
interface Record {
  readonly publicKey: string;
  readonly listenPort: number;
  /** Identity of the namespace in which charon runs. */
  readonly namespace: string;
}

/** Charon is replaced when it is silent after this many passes that failed, because its tunnel would never follow a change. */
const maxSilentPasses = 3;

/** How long charon may take for a pass, in milliseconds: some requests for all peers, and some for each. */
const baseTimeoutMs = 5_000;
const timeoutPerPeerMs = 50;

/**
 * IPsec tunnels with strongSwan's userspace backend: one process for each slice (`toolchain/ipsec`), which runs charon in the slice's namespace, where
 * its interface appears. Processes outlive the agent and are found again by the name of the namespace.
 */
export class IpsecTunnels {
  readonly #options: IpsecOptions;
  readonly #processes: DetachedTunnels;
  /** By namespace: how many passes in a row charon did not complete. */
  readonly #silent = new Map<string, number>();
  /** By namespace and tunnel key of a peer: how often its handshake should have been renewed by the previous pass. */
  readonly #renewals = new Map<string, ReadonlyMap<string, number>>();

  constructor(options: IpsecOptions) {
    this.#options = options;
    this.#processes = new DetachedTunnels({
      ...options.tunnels,
      run: options.run,
      program: 'ipsec-tunnel',
      directory: `${options.directory}/processes`,
    });
  }

  /**
   * The tunnel, or undefined when there is none or its process is dead, silent for several passes, or in another namespace. While charon is silent it has no
   * peers: it may only be busy, and carries packets meanwhile.
   */
  async observe(netns: string, signal: AbortSignal): Promise<ObservedTunnel | undefined> {
    const record = await this.#record(netns);
    if (record === undefined || record.namespace !== (await netnsIdentity(netnsPath(netns)))) return undefined;
    if ((await this.#processes.find(netns)) === undefined) return undefined;
    try {
      const [book, state] = await Promise.all([this.#book(netns), this.#state(netns, signal)]);
      return { publicKey: record.publicKey, listenPort: record.listenPort, peers: observedPeers(book, state) };
    } catch (error) {
      if (Failure.is(error, 'Interrupted')) throw error;
      // Its process lives. Connections that it has not accepted yet refuse further ones after a while, so every failure means the same.
      const isSilent = (this.#silent.get(netns) ?? 0) < maxSilentPasses;
      return isSilent ? { publicKey: record.publicKey, listenPort: record.listenPort, peers: [] } : undefined;
    }
  }

  /** Starts the tunnel of a slice in its namespace, without peers. `CommandFailed` with charon's last messages when it does not come up. */
  async create(network: SliceNetwork, signal: AbortSignal): Promise<void> {
    const { netns, listenPort, publicKey } = network;
    const folder = this.#folder(netns);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.#renewals.delete(netns);
    this.#silent.delete(netns);
    const conf = `${folder}/strongswan.conf`;
    const book = `${folder}/peers`;
    await writeFile(conf, charonConf(this.#socket(netns)), { mode: 0o600 });
    const root = await this.#options.root(signal);
    const words = ['-port', String(listenPort), '-netns', netnsPath(netns), '-peers', book, '-charon', charonProgram, '-root', root];
    await this.#processes.start(netns, signal, { words, env: { STRONGSWAN_CONF: conf } });
    // The process waits for it, so that charon starts in the control group of its own, too.
    await writeWholeFile(book, addressBook(loopbackAddresses([])), 0o600);
    await this.#appear(netns, signal);
    const namespace = (await netnsIdentity(netnsPath(netns))) ?? '';
    await writeWholeFile(`${folder}/tunnel.json`, JSON.stringify({ publicKey, listenPort, namespace } satisfies Record), 0o600);
  }

  /**
   * Makes charon hold exactly the connections of the network, and calls the peers that this node should call. Changes of connections are reported; calls
   * and their ends are not, as handshakes are not.
   */
  async converge(network: SliceNetwork, change: (line: string) => void, signal: AbortSignal): Promise<void> {
    const { netns, nodeIdentity, peers } = network;
    const wanted = connectionsOf(network);
    const before = this.#renewals.get(netns);
    const addresses = loopbackAddresses(peers.flatMap(({ endpoint }) => endpoint ?? []));
    const book = addressBook(addresses);
    if (book !== (await readIfPresent(this.#bookFile(netns)))) await writeWholeFile(this.#bookFile(netns), book, 0o600);
    this.#silent.set(netns, (this.#silent.get(netns) ?? 0) + 1);
    await withVici(
      this.#socket(netns),
      async (vici) => {
        const loaded = readConnections(await vici.stream('list-conns', 'list-conn'));
        const associations = readAssociations(await vici.stream('list-sas', 'list-sa'), Date.now());
        const renewed = peers.filter(({ publicKey: key, renewals }) => renewals > (before?.get(key) ?? renewals));
        const steps = ipsecSteps({
          wanted,
          loaded,
          associations,
          renewed: new Set(renewed.map(({ publicKey }) => publicKey)),
          now: Date.now() / 1000,
        });
        await holdKey(vici, nodeIdentity);
        const names = new Set(steps.load.map(({ peer }) => peer.publicKey));
        for (const name of steps.unload) {
          await vici.request('unload-conn', { name });
          if (!names.has(publicKeyOf(name))) change(`remove peer ${publicKeyOf(name)}`);
        }
        for (const { name, peer, section } of steps.load) {
          await vici.request('load-conn', { [name]: section });
          change(`set peer ${peer.name}`);
        }
        // Without waiting for the peer: it may be gone.
        for (const id of steps.terminate) await vici.request('terminate', { 'ike-id': id, force: 'yes', timeout: '-1' });
        for (const { name } of steps.initiate) await vici.request('initiate', { child: childName, ike: name, timeout: '-1' });
        for (const { name } of steps.authenticate) await vici.request('initiate', { ike: name, timeout: '-1' });
        this.#renewals.set(netns, new Map(peers.map(({ publicKey, renewals }) => [publicKey, renewals])));
      },
      signal,
      baseTimeoutMs + timeoutPerPeerMs * peers.length,
    );
    this.#silent.delete(netns);
  }

  /** Ends the process of a slice and removes its files. */
  async remove(netns: string, signal: AbortSignal): Promise<void> {
    this.#renewals.delete(netns);
    this.#silent.delete(netns);
    await this.#processes.stop(netns, signal);
    await rm(this.#folder(netns), { recursive: true, force: true });
  }

  /** Whether a tunnel of this slice was made and not removed since. */
  isRecorded(netns: string): Promise<boolean> {
    return this.#processes.isRecorded(netns);
  }

  /** Namespaces of the tunnels that run. */
  async list(): Promise<string[]> {
    return [...(await this.#processes.list()).keys()].toSorted();
  }

  /** PID of the process of a slice. */
  find(netns: string): Promise<number | undefined> {
    return this.#processes.find(netns);
  }

  #folder(netns: string): string {
    return `${this.#options.directory}/${netns}`;
  }

  #socket(netns: string): string {
    return `${this.#folder(netns)}/vici`;
  }

  #bookFile(netns: string): string {
    return `${this.#folder(netns)}/peers`;
  }

  async #book(netns: string): Promise<ReadonlyMap<string, string>> {
    return readAddressBook((await readIfPresent(this.#bookFile(netns))) ?? '');
  }

  async #record(netns: string): Promise<Record | undefined> {
    const text = await readIfPresent(`${this.#folder(netns)}/tunnel.json`);
    return text === undefined ? undefined : (JSON.parse(text) as Record);
  }

  #state(netns: string, signal: AbortSignal) {
    return withVici(
      this.#socket(netns),
      async (vici) => ({
        loaded: readConnections(await vici.stream('list-conns', 'list-conn')),
        associations: readAssociations(await vici.stream('list-sas', 'list-sa'), Date.now()),
      }),
      signal,
    );
  }

  /** Waits until charon answers and its interface is there. */
  async #appear(netns: string, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + 8_000;
    for (;;) {
      const isThere = await access(this.#socket(netns)).then(
        () => true,
        () => false,
      );
      const link = isThere
        ? await this.#options.run(inNetns(netnsPath(netns), ['ip', 'link', 'show', 'dev', ipsecInterface]), { signal })
        : undefined;
      if (link?.code === 0) {
        await withVici(this.#socket(netns), (vici) => vici.request('version'), signal);
        return;
      }
      if (Date.now() > deadline || (await this.#processes.find(netns)) === undefined) {
        const log = await this.#processes.log(netns);
        throw new Failure('CommandFailed', `The IPsec process of ${netns} did not come up within 8 s: ${log || 'it printed nothing'}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Makes charon hold the key of the certificate, in its memory only, and no other. */
const holdKey = async (vici: Vici, nodeIdentity: SliceNetwork['nodeIdentity']): Promise<void> => {
  const { keys } = await vici.request('get-keys');
  const held = Array.isArray(keys) ? (keys as readonly string[]) : [];
  const own = nodeIdentity === undefined ? undefined : keyIdentifierOf(keyOf(nodeIdentity.certificate));
  for (const id of held) if (id !== own) await vici.request('unload-key', { id });
  if (nodeIdentity !== undefined && own !== undefined && !held.includes(own))
    await vici.request('load-key', { type: 'any', data: await readFile(nodeIdentity.privateKeyFile, 'utf8') });
};

const observedPeers = (
  book: ReadonlyMap<string, string>,
  { loaded, associations }: { loaded: ReturnType<typeof readConnections>; associations: readonly SecurityAssociation[] },
): ObservedTunnel['peers'] =>
  loaded.map(({ name, remoteAddresses, remoteBlocks }) => {
    const publicKey = publicKeyOf(name);
    const own = associations.filter(({ connection, isUp }) => isUp && publicKeyOf(connection) === publicKey);
    return {
      publicKey,
      endpoint: book.get(remoteAddresses[0] ?? ''),
      allowedIPs: remoteBlocks,
      keepaliveSeconds: 0,
      latestHandshake: Math.max(0, ...own.map(({ established }) => established)),
      receivedBytes: own.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0),
      sentBytes: own.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
    };
  });
