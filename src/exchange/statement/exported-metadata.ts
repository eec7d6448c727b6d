import * as z from 'zod';
import { isDnsSubdomain } from '../../values/text/names.ts';

/** Maximum number of bytes of the labels, and of the annotations, that one export can give to its imports, as JSON. */
export const maxMetadataBytes = 2_048;

const isName = (text: string): boolean => text.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(text);

/** Whether Kubernetes allows the key for a label or annotation: a name, perhaps with a DNS name and a slash before it. */
export const isMetadataKey = (key: string): boolean => {
  const [name = '', prefix, ...more] = key.split('/').toReversed();
  return more.length === 0 && isName(name) && (prefix === undefined || isDnsSubdomain(prefix));
};

/** Whether Kubernetes allows the value for a label. */
export const isLabelValue = (value: string): boolean => value === '' || isName(value);

/** Whether a statement can carry the value of an annotation: text on one or more lines. */
export const isAnnotationValue = (value: string): boolean =>
  value.isWellFormed() && /^[^\p{Cf}\p{Zl}\p{Zp}]*$/u.test(value) && !hasControl(value);

const hasControl = (value: string): boolean => /\p{Cc}/u.test(value.replaceAll(/[\t\n\r]/g, ''));

/** Bytes of a map as JSON. */
export const metadataBytes = (map: Readonly<Record<string, string>>): number => Buffer.byteLength(JSON.stringify(map));

const metadataMap = (isValue: (value: string) => boolean) =>
  z
    .record(z.string().refine(isMetadataKey, 'is not a key'), z.string().refine(isValue, 'is not a value'))
    .refine((map) => metadataBytes(map) <= maxMetadataBytes, 'has too many bytes');

/** Labels that an export gives to its imports. */
export const exportedLabels = metadataMap(isLabelValue);
/** Annotations that an export gives to its imports. */
export const exportedAnnotations = metadataMap(isAnnotationValue);
