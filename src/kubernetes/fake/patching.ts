import { isDeepStrictEqual } from 'node:util';
import type { JsonPatchOperation } from '../port.ts';
import { Refused } from './refused.ts';

/** JSON as it is patched. */
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

/** JSON patch (RFC 6902): all operations, or `Refused` and none. The target is not changed. */
export const jsonPatch = (target: unknown, operations: readonly JsonPatchOperation[]): unknown => {
  let root: unknown = structuredClone(target);
  const parentOf = (path: readonly string[]): Json | unknown[] => {
    const parent = path.slice(0, -1).reduce<unknown>((at, field) => (at as Json | undefined)?.[field], root);
    if (typeof parent !== 'object' || parent === null) throw invalid(`the path /${path.join('/')} does not exist`);
    return parent as Json | unknown[];
  };
  const read = (path: readonly string[]): unknown => {
    const value = path.reduce<unknown>((at, field) => (at as Json | undefined)?.[field], root);
    if (value === undefined) throw invalid(`the path /${path.join('/')} does not exist`);
    return value;
  };
  const remove = (path: readonly string[]): void => {
    read(path);
    const parent = parentOf(path);
    const last = path.at(-1) ?? '';
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
  };
  const add = (path: readonly string[], value: unknown): void => {
    const last = path.at(-1);
    if (last === undefined) {
      root = value;
      return;
    }
    const parent = parentOf(path);
    if (Array.isArray(parent)) parent.splice(last === '-' ? parent.length : Number(last), 0, value);
    else parent[last] = value;
  };
  for (const operation of operations) {
    const path = pointer(operation.path);
    switch (operation.op) {
      case 'add':
        add(path, operation.value);
        break;
      case 'replace':
        remove(path);
        add(path, operation.value);
        break;
      case 'remove':
        remove(path);
        break;
      case 'test':
        if (!isDeepStrictEqual(read(path), operation.value)) throw invalid(`testing value ${operation.path} failed`);
        break;
      case 'move':
      case 'copy': {
        const from = pointer(operation.from);
        const value = structuredClone(read(from));
        if (operation.op === 'move') remove(from);
        add(path, value);
      }
    }
  }
  return root;
};

const pointer = (path: string): readonly string[] =>
  path === ''
    ? []
    : path
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const invalid = (message: string): Refused =>
  new Refused(422, 'Invalid', `the server rejected our request due to an error in our request: ${message}`);
