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

/** The key by which this node proves who it is. */
export interface NodeIdentity {
  readonly key: NodeKey;
  /** The public key with the proof for a slice and a tunnel key; the same proof for the same use. */
  provedFor(use: Omit<NodeKeyUse, 'node'>): ProvedNodeKey;
}

/**
 * The identity of this node, with a key on tmpfs that outlives the agent and not the machine's power. An unreadable key is replaced: a new one costs a
 * new certificate, and the tunnels do not depend on it. A key that cannot be stored lasts as long as this agent.
 */
export const openNodeIdentity = async ({ runDirectory, node }: AgentSettings, log: Log): Promise<NodeIdentity> => {
  const path = `${runDirectory}/identity/node.key`;
  const text = await readIfPresent(path).catch((error: unknown) => {
    log.warn('the identity key cannot be read; the node gets a new one', { path, error });
    return undefined;
  });
  const kept = openNodeKey(text ?? '');
  const key = kept ?? (await make(path, log));
  const proofs = new Map<string, ProvedNodeKey>();
  return {
    key,
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

const make = async (path: string, log: Log): Promise<NodeKey> => {
  const { pem, key } = createNodeKey();
  try {
    await writeWholeFile(path, pem, 0o600);
  } catch (cause) {
    const message = `The identity key of this node could not be written to ${path}; the node has a new one after each restart of its agent.`;
    log.warn('the identity key is not stored', { error: new Failure('Unavailable', message, { cause }) });
  }
  return key;
};
