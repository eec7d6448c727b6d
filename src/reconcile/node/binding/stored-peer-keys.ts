import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { namesIn, readIfPresent } from '../../../host/read-if-present.ts';
import { writeWholeFile } from '../../../host/whole-file.ts';
import { firstAnswerMs, keyLifeMs, type PeerKey, type PeerKeys, silentMs } from '../../../plan/tunnels/peer-keys.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Clock } from '../../../values/clock.ts';
import { sha256Hex } from '../../../values/text/hash.ts';
import { readJson } from '../../../values/text/read-json.ts';
import type { DiskSecrets } from '../stored/disk-secrets.ts';

const storedPeerKey = z.object({
  /** `<slice>/<cluster>/<node>`. */
  name: z.string(),
  presharedKey: z.string(),
  tunnel: z.string(),
  /** Milliseconds since 1970. */
  endsAt: z.number(),
  /** As in `PeerKey`. */
  until: z.number(),
  isAhead: z.literal(true).exactOptional(),
  /** A session for the next key had begun, and its outcome is not stored. */
  isAsking: z.literal(true).exactOptional(),
});

/**
 * The keys that this node agreed on, one file for each peer: a change costs as much with a thousand peers as with one. The files are readable by root
 * alone, in a folder on tmpfs; copies on disk outlive a reboot, since peers wait {@link silentMs} before they give up the key of a node that is silent.
 */
export class StoredPeerKeys {
  readonly #directory: string;
  readonly #disk: DiskSecrets;
  readonly #clock: Clock;
  #stored: PeerKeys = new Map();
  #lastWrite: Promise<unknown> = Promise.resolve();

  constructor(directory: string, disk: DiskSecrets, clock: Clock) {
    this.#directory = directory;
    this.#disk = disk;
    this.#clock = clock;
  }

  /**
   * The keys of an earlier run, and those of an earlier boot. After a boot the peer may have given the key up, so it must answer as soon as under a
   * first key. A file that cannot be read is logged and left out: the nodes agree on a new key.
   */
  async load(log: Log): Promise<PeerKeys> {
    const keys = new Map<string, PeerKey>();
    for (const path of await this.#files(log)) {
      try {
        const [name, key] = this.#read((await readIfPresent(path)) ?? '', silentMs);
        keys.set(name, key);
      } catch (error) {
        log.warn('the key of a tunnel cannot be read; the nodes agree on a new one', { path, error });
      }
    }
    // Those of an earlier boot are not in the folder yet.
    this.#stored = new Map(keys);
    for (const file of await this.#disk.names()) {
      const text = await this.#disk.read(file, (content) => storedPeerKey.safeParse(readJson(content)).success);
      const [name = '', key] = text === undefined ? [] : this.#read(text, firstAnswerMs);
      if (key !== undefined && !keys.has(name)) keys.set(name, key);
    }
    return keys;
  }

  #read(text: string, graceMs: number): [name: string, key: PeerKey] {
    const { name, endsAt, isAsking, ...key } = storedPeerKey.parse(readJson(text));
    // A clock that was set meanwhile makes no key last longer than it may.
    const lifeMs = Math.min(keyLifeMs, Math.max(0, endsAt - this.#clock.now()));
    const since = this.#clock.monotonic();
    return [name, { ...key, since, lifeMs, graceMs, ...(isAsking === true ? { isDoubtful: true as const } : {}) }];
  }

  /** Resolves once exactly these keys survive the end of this program. */
  save(keys: PeerKeys): Promise<void> {
    return this.#inTurn(async () => {
      if (keys === this.#stored) return;
      for (const [name, key] of keys) if (!isSame(this.#stored.get(name), key)) await this.#write(name, key);
      const ended = [...this.#stored.keys()].filter((name) => !keys.has(name));
      for (const name of ended) await rm(`${this.#directory}/${fileOf(name)}`, { force: true });
      if (ended.length > 0) this.#disk.keepOnly(new Set([...keys.keys()].map(fileOf)));
      this.#stored = keys;
    });
  }

  /** Resolves once it is stored that a peer with a key may have the next one soon. */
  saveAsking(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const key = this.#stored.get(name);
      if (key !== undefined) await this.#write(name, key, true);
    });
  }

  /** One after the other, so that an earlier state never replaces a later one. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#lastWrite.then(task);
    // The caller of a failed write gets its error; the next one does not depend on it.
    this.#lastWrite = done.catch(() => undefined);
    return done;
  }

  async #files(log: Log): Promise<string[]> {
    try {
      return (await namesIn(this.#directory)).map((file) => `${this.#directory}/${file}`);
    } catch (error) {
      log.warn('the keys of tunnels cannot be read; the nodes agree on new ones', { path: this.#directory, error });
      return [];
    }
  }

  async #write(name: string, { presharedKey, tunnel, since, lifeMs, until, isAhead, isDoubtful }: PeerKey, isAsking?: true): Promise<void> {
    const stored: z.output<typeof storedPeerKey> = {
      name,
      presharedKey,
      tunnel,
      endsAt: this.#clock.now() + since + lifeMs - this.#clock.monotonic(),
      until,
      ...(isAhead === true ? { isAhead } : {}),
      ...(isAsking === true || isDoubtful === true ? { isAsking: true } : {}),
    };
    const text = JSON.stringify(stored);
    await writeWholeFile(`${this.#directory}/${fileOf(name)}`, text, 0o600);
    this.#disk.keep(fileOf(name), text);
  }
}

/** What the file of a key depends on. */
const storedFields = ['presharedKey', 'tunnel', 'since', 'lifeMs', 'until', 'isAhead', 'isDoubtful'] as const;

const isSame = (a: PeerKey | undefined, b: PeerKey): boolean => storedFields.every((field) => a?.[field] === b[field]);

const fileOf = (name: string): string => `${sha256Hex(name).slice(0, 32)}.json`;
