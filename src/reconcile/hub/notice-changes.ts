import { noticeKind } from '../../api/kinds.ts';
import { weightLabel } from '../../api/labels.ts';
import { heaviest } from '../../exchange/notice/rate-weight.ts';
import { createMirror, type Mirror } from '../../kubernetes/mirror.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { apiVersionOf, metadataOf } from '../../values/resource-kind.ts';
import type { World } from './world.ts';

const type = { apiVersion: apiVersionOf(noticeKind), kind: noticeKind.kind };

/** One object for all notices of a weight. */
const weights: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.fromEntries(
  Array.from({ length: heaviest }, (_, index) => [String(index + 1), { [weightLabel]: String(index + 1) }]),
);

/**
 * Reports that notices change, without their content; `run` must be called on it. It holds name and version of every notice on the hub, about 350
 * bytes each, so only the leading instance has one.
 */
export const observeNoticeChanges = ({ client, log, metrics }: Pick<World, 'client' | 'log' | 'metrics'>): Mirror<KubernetesObject> =>
  createMirror<KubernetesObject>({
    client,
    kind: metadataOf(noticeKind),
    trim: ({ metadata: { name, namespace, uid, resourceVersion, labels } }) => ({
      ...type,
      metadata: {
        name,
        ...(namespace && { namespace }),
        ...(uid && { uid }),
        ...(resourceVersion && { resourceVersion }),
        labels: weights[labels?.[weightLabel] ?? ''] ?? {},
      },
    }),
    log,
    metrics,
  });
