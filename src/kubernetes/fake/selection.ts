import type { KubernetesObject } from '../../values/object.ts';
import { Refused } from './refused.ts';

/** Whether a query selects an object. */
export type Matcher = (object: KubernetesObject) => boolean;

/** A matcher for the `labelSelector` and `fieldSelector` of a query. */
export const selection = (labelSelector: string | null, fieldSelector: string | null): Matcher => {
  const conditions = [...split(labelSelector).map(labelCondition), ...split(fieldSelector).map(fieldCondition)];
  return (object) => conditions.every((holds) => holds(object));
};

/** The parts of a selector, separated by commas outside parentheses. */
const split = (selector: string | null): readonly string[] => (selector === null || selector === '' ? [] : selector.split(/,(?![^(]*\))/));

const labelCondition = (part: string): Matcher => {
  const set = /^\s*([^\s!=]+)\s+(in|notin)\s+\(([^)]*)\)\s*$/.exec(part);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return ({ metadata }) => {
      const value = metadata.labels?.[key];
      return operator === 'in' ? value !== undefined && values.has(value) : value === undefined || !values.has(value);
    };
  }
  const [, key = '', operator, wanted = ''] = /^\s*(!?[^\s!=]+)\s*(?:(==?|!=)\s*(\S*))?\s*$/.exec(part) ?? [];
  if (key === '') throw new Refused(400, 'BadRequest', `unable to parse label selector "${part}"`);
  if (key.startsWith('!')) return ({ metadata }) => metadata.labels?.[key.slice(1)] === undefined;
  if (operator === undefined) return ({ metadata }) => metadata.labels?.[key] !== undefined;
  return ({ metadata }) => (metadata.labels?.[key] === wanted) === (operator !== '!=');
};

const fieldCondition = (part: string): Matcher => {
  const [, path = '', operator, wanted = ''] = /^([^!=]+)(==?|!=)(.*)$/.exec(part) ?? [];
  if (operator === undefined) throw new Refused(400, 'BadRequest', `unable to parse field selector "${part}"`);
  return (object) => {
    const value = path.split('.').reduce<unknown>((at, field) => (at as Record<string, unknown> | undefined)?.[field], object);
    const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
    return (text === wanted) === (operator !== '!=');
  };
};
