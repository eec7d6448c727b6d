import { noticeKind } from '../../api/kinds.ts';
import { createMirror, type Mirror } from '../../kubernetes/mirror.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { apiVersionOf, metadataOf } from '../../values/resource-kind.ts';
import type { World } from './world.ts';

const type = { apiVersion: apiVersionOf(noticeKind), kind: noticeKind.kind };

/**
 * Reports that notices change, without their content; `run` must be called on it. It holds name and version of every notice on the hub, about 350
 * bytes each, so only the leading instance has one.
 */
export const observeNoticeChanges = ({ client, log, metrics }: Pick<World, 'client' | 'log' | 'metrics'>): Mirror<KubernetesObject> =>
  createMirror<KubernetesObject>({
    client,
    kind: metadataOf(noticeKind),
    trim: ({ metadata: { name, namespace, uid, resourceVersion } }) => ({
      ...type,
      metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    }),
    log,
    metrics,
  });
