import { managedByLabel } from '../../../api/labels.ts';
import type { ServiceExportSpec } from '../../../api/serviceexport/type.ts';
import type { ExportBody } from '../../../exchange/statement/export.ts';
import {
  isAnnotationValue,
  isLabelValue,
  isMetadataKey,
  maxMetadataBytes,
  metadataBytes,
} from '../../../exchange/statement/exported-metadata.ts';
import { sortedBy } from '../../../values/text/order.ts';

type Map = Readonly<Record<string, string>>;

/** Domains whose labels and annotations mean something to those who write imports; no other cluster may set them. */
const reservedDomains = ['kubeslice.io', 'multicluster.kubernetes.io', 'multicluster.x-k8s.io', 'kubectl.kubernetes.io'];

const isReserved = (key: string): boolean => {
  const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  return key === managedByLabel || reservedDomains.some((reserved) => domain === reserved || domain.endsWith(`.${reserved}`));
};

/** The labels or annotations of another cluster's export that an import may have; undefined for none. */
export const usableMetadata = (map: Map | undefined): Map | undefined => {
  const kept = Object.entries(map ?? {}).filter(([key]) => !isReserved(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
};

/** Labels and annotations for the imports of an export. */
export interface ExportedMetadata {
  /** As the statement has them, with sorted keys. */
  readonly stated: Pick<ExportBody, 'annotations' | 'labels'>;
  /** Those that are not exported, each with the reason, as fields for people. */
  readonly ignored: readonly string[];
}

/** What an export gives to its imports, and what it cannot give. */
export const exportedMetadata = ({ exportedLabels, exportedAnnotations }: ServiceExportSpec): ExportedMetadata => {
  const labels = exportable('spec.exportedLabels', exportedLabels, isLabelValue);
  const annotations = exportable('spec.exportedAnnotations', exportedAnnotations, isAnnotationValue);
  return {
    stated: {
      ...(labels.map === undefined ? {} : { labels: labels.map }),
      ...(annotations.map === undefined ? {} : { annotations: annotations.map }),
    },
    ignored: [...labels.ignored, ...annotations.ignored],
  };
};

const exportable = (field: string, wanted: Map | undefined, isValue: (value: string) => boolean) => {
  const ignored: string[] = [];
  const kept = sortedBy(Object.entries(wanted ?? {}), ([key]) => key).filter(([key, value]) => {
    if (isReserved(key)) ignored.push(`${field} "${key}" (reserved)`);
    else if (!isMetadataKey(key) || !isValue(value)) ignored.push(`${field} "${key}" (invalid)`);
    else return true;
    return false;
  });
  const map = Object.fromEntries(kept);
  if (kept.length === 0) return { map: undefined, ignored };
  if (metadataBytes(map) <= maxMetadataBytes) return { map, ignored };
  return { map: undefined, ignored: [...ignored, `${field} (more than ${maxMetadataBytes} bytes)`] };
};
