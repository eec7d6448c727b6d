import { hubSecret, memberNamespace } from '../../api/places.ts';
import { secretKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { CliInput } from '../command.ts';
import { type OpenCluster, openCluster } from './open-cluster.ts';

/** Opens the context that has the name of a cluster, if it leads to that cluster; undefined without one. Another use of the name is noted. */
export const openNamedMember = async (input: CliInput, here: OpenCluster, cluster: string): Promise<OpenCluster | undefined> => {
  if (cluster === here.context || !here.contexts.includes(cluster)) return undefined;
  const other = await openCluster(input, cluster);
  try {
    const secret = await other.client.find(
      secretKind,
      { namespace: memberNamespace, name: hubSecret },
      { signal: input.signal, timeoutMs: 5_000 },
    );
    if (Buffer.from(secret?.data?.cluster ?? '', 'base64').toString('utf8') === cluster) return other;
  } catch (error) {
    if (Failure.is(error, 'Interrupted')) throw error;
    input.terminal.err(`note: context "${cluster}" cannot be used for that cluster: ${Failure.from(error).message}`);
  }
  other.client.close();
  return undefined;
};
