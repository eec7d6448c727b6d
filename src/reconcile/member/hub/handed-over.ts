import type { NoticeSpec } from '../../../api/notice/type.ts';
import { farewellsConfigMap } from '../../../api/places.ts';
import { farewellsIn, noticeOfFarewells } from '../../../exchange/notice/farewell.ts';
import { configMapKind } from '../../../kubernetes/kinds.ts';
import type { Log } from '../../../telemetry/log.ts';
import { Failure } from '../../../values/failure.ts';
import type { Hub } from './hub.ts';

/** How long the hub may take, in milliseconds: the work inside the cluster waits for it. */
const limitMs = 5_000;

/**
 * The farewells that an earlier cluster of this name left on the hub, each in the form of a notice. None when there are none, when they are
 * unreadable, and when the hub does not return them: then administrators of members that know the earlier authority must accept the new one.
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
