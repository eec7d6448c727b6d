/** JSON that can be patched. */
export type Json = { [field: string]: unknown };

/** A copy without some fields. */
export const without = <T extends object, K extends keyof T>(object: T, ...fields: readonly K[]): Omit<T, K> => {
  const copy = { ...object };
  for (const field of fields) delete copy[field];
  return copy;
};

const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON merge patch (RFC 7396). Neither argument is changed. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isMap(patch)) return patch;
  const result: Json = isMap(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else result[field] = mergePatch(result[field], value);
  }
  return result;
};
