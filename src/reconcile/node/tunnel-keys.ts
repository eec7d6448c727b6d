import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { namesIn, readIfPresent } from '../../host/read-if-present.ts';
import { writeWholeFile } from '../../host/whole-file.ts';
import type { Log } from '../../telemetry/log.ts';
import { Failure } from '../../values/failure.ts';
import { isWireguardKey, wireguardPrivateKey, wireguardPublicKey } from '../../values/wireguard-key.ts';
import type { AgentSettings } from './settings.ts';
import { DiskSecrets } from './stored/disk-secrets.ts';

/** A tunnel's key pair: the private half stays in its file. */
export interface TunnelKey {
  readonly publicKey: string;
  readonly privateKeyFile: string;
}

/** The private keys of this node's tunnels, one file per slice on tmpfs, with a copy on disk that outlives the machine's power. */
export class TunnelKeys {
  readonly #directory: string;
  readonly #disk: DiskSecrets;
  readonly #known = new Map<string, TunnelKey>();
  /** The slices of the last call of keepOnly. Files of earlier processes are searched only when this changes. */
  #kept: string | undefined;

  constructor(settings: Pick<AgentSettings, 'node' | 'runDirectory' | 'stateDirectory'>, log: Log) {
    this.#directory = `${settings.runDirectory}/keys`;
    this.#disk = new DiskSecrets(
      settings,
      { folder: 'keys', lost: 'after a reboot the other nodes must learn new tunnel keys of this node' },
      log,
    );
  }

  /**
   * The key of a slice: that of this boot, else that of an earlier one, else a new one. An unreadable key of this boot is an error, and never replaced,
   * because a tunnel uses it.
   */
  async of(slice: string): Promise<TunnelKey> {
    const known = this.#known.get(slice);
    if (known !== undefined) return known;
    const privateKeyFile = `${this.#directory}/${slice}.key`;
    const found = (await readIfPresent(privateKeyFile))?.trim();
    if (found !== undefined && !isWireguardKey(found)) {
      throw new Failure(
        'Unavailable',
        `${privateKeyFile} holds no WireGuard key, and a new one would interrupt the tunnels. Delete the file to get a new key.`,
      );
    }
    const name = `${slice}.key`;
    const stored = found ?? (await this.#disk.read(name, (text) => isWireguardKey(text.trim())))?.trim();
    const privateKey = stored ?? wireguardPrivateKey(randomBytes);
    if (found === undefined) {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeWholeFile(privateKeyFile, `${privateKey}\n`, 0o600);
    }
    this.#disk.keep(name, `${privateKey}\n`);
    const key = { publicKey: wireguardPublicKey(privateKey), privateKeyFile };
    this.#known.set(slice, key);
    return key;
  }

  /** The keys of these slices, and by slice why one is unavailable: that affects this slice alone. */
  async all(
    slices: readonly string[],
  ): Promise<{ readonly keys: ReadonlyMap<string, TunnelKey>; readonly problems: ReadonlyMap<string, string> }> {
    const keys = new Map<string, TunnelKey>();
    const problems = new Map<string, string>();
    await Promise.all(
      slices.map(async (slice) => {
        try {
          keys.set(slice, await this.of(slice));
        } catch (error) {
          problems.set(slice, Failure.is(error) ? error.message : unreadable(this.#directory, slice, error));
        }
      }),
    );
    return { keys, problems };
  }

  /** Deletes every key but those of these slices, including leftovers of a killed agent. */
  async keepOnly(slices: ReadonlySet<string>): Promise<void> {
    const names = [...slices].toSorted().join('/');
    if (names === this.#kept) return;
    for (const slice of this.#known.keys()) if (!slices.has(slice)) this.#known.delete(slice);
    const kept = new Set([...slices].map((slice) => `${slice}.key`));
    for (const name of await namesIn(this.#directory)) {
      if (!kept.has(name)) await rm(`${this.#directory}/${name}`, { force: true });
    }
    this.#disk.keepOnly(kept);
    this.#kept = names;
  }

  /** Resolves when the disk has the keys, or writing them failed. */
  settled(): Promise<void> {
    return this.#disk.settled();
  }
}

const unreadable = (directory: string, slice: string, error: unknown): string =>
  `The tunnel key ${directory}/${slice}.key can be neither read nor created: ${error instanceof Error ? error.message : String(error)}. The tunnel stays unchanged; correct the cause, or delete the file to get a new key.`;
