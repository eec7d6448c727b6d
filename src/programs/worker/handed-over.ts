import type { NoticeSpec } from '../../api/notice/type.ts';
import { farewellsConfigMap } from '../../api/places.ts';
import { farewellsIn, noticeOfFarewells } from '../../exchange/farewell.ts';
import { configMapKind } from '../../kubernetes/kinds.ts';
import type { Log } from '../../telemetry/log.ts';
import { Failure } from '../../values/failure.ts';
import type { Hub } from './hub.ts';

/** How long the hub may take, in milliseconds: the work inside the cluster waits for it. */
const limitMs = 5_000;

/**
 * The farewells that a cluster of this name handed over when it left, each as the notice that it would be on a board. None when there are none, when they
 * cannot be read, and when the hub does not give them: then members that know the earlier authority must be told of the new one.
 */
export const readFarewells = async (hub: Hub, log: Log, signal: AbortSignal): Promise<NoticeSpec[]> => {
  const { client, namespace, cluster } = hub;
  try {
    const target = { namespace, name: farewellsConfigMap(cluster) };
    const found = await client.find(configMapKind, target, { signal, timeoutMs: limitMs });
    const notice = noticeOfFarewells(cluster, found?.data?.farewells ?? '');
    return notice === undefined ? [] : farewellsIn(notice);
  } catch (error) {
    if (signal.aborted) throw error;
    log.debug('the farewells of earlier authorities cannot be read', { error: Failure.from(error) });
    return [];
  }
};
