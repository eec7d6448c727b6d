import { clusterLabel, managedBy, managedByLabel, sliceLabel, statementLabel, weightLabel } from '../../api/labels.ts';
import type { Notice, NoticeSpec } from '../../api/notice/type.ts';
import { rateWeight } from '../../exchange/notice/rate-weight.ts';

/** The object with a notice of a slice, on the hub's board or stored in a member. Admission on the hub allows exactly these labels. */
export const noticeObject = (slice: string, metadata: { readonly name: string; readonly namespace: string }, spec: NoticeSpec): Notice => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Notice',
  metadata: {
    ...metadata,
    labels: {
      [clusterLabel]: spec.cluster,
      [sliceLabel]: slice,
      [statementLabel]: spec.kind.toLowerCase(),
      [managedByLabel]: managedBy,
      [weightLabel]: String(rateWeight(spec)),
    },
  },
  spec,
});
