import { readIfPresent } from '../../../host/read-if-present.ts';
import { writeWholeFile } from '../../../host/whole-file.ts';
import {
  createNodeKey,
  type NodeKey,
  type NodeKeyUse,
  openNodeKey,
  type ProvedNodeKey,
  proveNodeKey,
} from '../../../identity/node/node-key.ts';
import type { Log } from '../../../telemetry/log.ts';
import { Failure } from '../../../values/failure.ts';
import type { AgentSettings } from '../settings.ts';
import { DiskSecrets } from '../stored/disk-secrets.ts';

/** The key by which this node proves who it is. */
export interface NodeIdentity {
  readonly key: NodeKey;
  /** The public key with the proof for a slice and a tunnel key; the same proof for the same use. */
  provedFor(use: Omit<NodeKeyUse, 'node'>): ProvedNodeKey;
  /** Resolves when the disk has the key, or writing it failed. */
  settled(): Promise<void>;
}

/**
 * The identity of this node, with a key on tmpfs and a copy on disk, so that its certificate is still worth something after a reboot. An unreadable key
 * is replaced: a new one costs a new certificate. A key that cannot be stored lasts as long as this agent.
 */
export const openNodeIdentity = async (
  settings: Pick<AgentSettings, 'node' | 'runDirectory' | 'stateDirectory'>,
  log: Log,
): Promise<NodeIdentity> => {
  const { node } = settings;
  const disk = new DiskSecrets(settings, { folder: 'identity', lost: 'after a reboot the node needs a new certificate' }, log);
  const path = identityKeyFile(settings);
  const text = await readIfPresent(path).catch((error: unknown) => {
    log.warn('the identity key cannot be read; the node gets a new one', { path, error });
    return undefined;
  });
  const { key, pem } = readPem(text) ?? readPem(await disk.read(fileName, (found) => readPem(found) !== undefined)) ?? createNodeKey();
  if (pem !== text) await write(path, pem, log);
  disk.keep(fileName, pem);
  disk.keepOnly(new Set([fileName]));
  const proofs = new Map<string, ProvedNodeKey>();
  return {
    key,
    settled: () => disk.settled(),
    provedFor: (use) => {
      // ECDSA signatures differ each time, and a status that changes is written.
      const known = proofs.get(`${use.sliceUID}/${use.tunnelKey}`);
      const proved = known ?? proveNodeKey(key, { node, ...use });
      if (known === undefined) {
        for (const name of proofs.keys()) if (name.startsWith(`${use.sliceUID}/`)) proofs.delete(name);
        proofs.set(`${use.sliceUID}/${use.tunnelKey}`, proved);
      }
      return proved;
    },
  };
};

/** The file on tmpfs with the private key of this node's identity. */
export const identityKeyFile = ({ runDirectory }: Pick<AgentSettings, 'runDirectory'>): string => `${runDirectory}/identity/${fileName}`;

const fileName = 'node.key';

const readPem = (pem: string | undefined): { readonly key: NodeKey; readonly pem: string } | undefined => {
  const key = pem === undefined ? undefined : openNodeKey(pem);
  return pem === undefined || key === undefined ? undefined : { key, pem };
};

const write = async (path: string, pem: string, log: Log): Promise<void> => {
  try {
    await writeWholeFile(path, pem, 0o600);
  } catch (cause) {
    const message = `The identity key of this node could not be written to ${path}; without a copy on disk the node has a new one after each restart of its agent.`;
    log.warn('the identity key is not stored', { error: new Failure('Unavailable', message, { cause }) });
  }
};
