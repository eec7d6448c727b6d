import { Failure } from '../failure.ts';

/** The default limit for nested arrays and objects; recursion stays far below any stack limit. */
export const canonicalDepth = 32;

/**
 * The one text of a JSON value (RFC 8785, JSON Canonicalization Scheme): no spaces, keys sorted by UTF-16 code units, numbers and strings as
 * ECMAScript writes them. Equal values give equal bytes, so a signature over the text is a signature over the value.
 *
 * Properties that are `undefined` are left out, as in `JSON.stringify`. Throws `InvalidInput` for what JSON cannot carry unchanged: NaN,
 * infinities, bigints, functions, class instances, lone surrogates, and nesting beyond `maxDepth`. Linear in the size of the value but for sorting keys.
 */
export const canonicalJson = (value: unknown, maxDepth = canonicalDepth): string => {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw refused('a text with a lone surrogate');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refused(String(value));
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') throw refused(`a ${typeof value}`);
  if (maxDepth <= 0) throw refused('a value nested too deeply');
  return Array.isArray(value) ? canonicalArray(value, maxDepth) : canonicalObject(value, maxDepth);
};

const canonicalArray = (items: readonly unknown[], maxDepth: number): string => {
  const parts: string[] = [];
  for (let i = 0; i < items.length; i++) parts.push(canonicalJson(items[i], maxDepth - 1));
  return `[${parts.join(',')}]`;
};

const canonicalObject = (value: object, maxDepth: number): string => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refused('an instance of a class');
  const parts: string[] = [];
  for (const key of Object.keys(value).toSorted()) {
    const item: unknown = Reflect.get(value, key);
    if (item !== undefined) parts.push(`${canonicalJson(key)}:${canonicalJson(item, maxDepth - 1)}`);
  }
  return `{${parts.join(',')}}`;
};

/**
 * Reads canonical JSON. Throws `InvalidInput` when the text is not JSON, not canonical, or nested too deeply.
 * Another parser could read a text that is not canonical differently (a duplicate key, for example), so it is refused even if its value is valid.
 */
export const parseCanonicalJson = (text: string, maxDepth = canonicalDepth): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Failure('InvalidInput', 'The text is not JSON; it was cut or altered on its way.', { cause });
  }
  if (canonicalJson(value, maxDepth) !== text) {
    throw new Failure(
      'InvalidInput',
      'The JSON is not in canonical form (RFC 8785); sign and send exactly the text that canonicalJson gives.',
    );
  }
  return value;
};

const refused = (what: string): Failure => new Failure('InvalidInput', `Canonical JSON cannot hold ${what}; use plain JSON values.`);
