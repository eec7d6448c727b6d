import { budgets } from '../../../api/budgets.ts';
import type { TenantUse } from '../../../plan/board/tenant-room.ts';
import type { Outbox } from './outbox.ts';
import type { OwnNotices } from './own-notices.ts';

/** How many statements each namespace has, including withdrawn ones that are still remembered: each takes a slot on the board. */
export interface Tenants {
  use(namespaces: number): TenantUse;
  /** How many of them are withdrawn. */
  withdrawn(namespace: string): number;
  /** How many slots an export (namespace/name) takes with all its endpoints. */
  ofExport(key: string): number;
}

/** Counts; adds one to the count of a key, or subtracts one. */
const counter = () => {
  const counts = new Map<string, number>();
  return {
    counts,
    add: (key: string, by: number): void => {
      const count = (counts.get(key) ?? 0) + by;
      if (count === 0) counts.delete(key);
      else counts.set(key, count);
    },
  };
};

/** Follows what this cluster publishes and has signed. A change has constant cost. */
export const followTenants = (outbox: Outbox, own: OwnNotices): Tenants => {
  const [byNamespace, byExport, withdrawn] = [counter(), counter(), counter()];
  const places = new Map<string, 'stated' | 'withdrawn'>();
  const placeOf = (key: string): 'stated' | 'withdrawn' | undefined => {
    const wanted = outbox.get(key);
    if (wanted !== undefined && wanted.text !== undefined) return 'stated';
    // Before the outbox contains what an earlier run signed, that counts as published.
    if (own.get(key) !== undefined) return wanted === undefined ? 'stated' : 'withdrawn';
    return undefined;
  };
  const count = (key: string, place: 'stated' | 'withdrawn' | undefined, by: 1 | -1): void => {
    if (place === undefined) return;
    const [, namespace = '', name = ''] = key.split('/');
    byNamespace.add(namespace, by);
    byExport.add(`${namespace}/${name}`, by);
    if (place === 'withdrawn') withdrawn.add(namespace, by);
  };
  const follow = (key: string): void => {
    if (!key.startsWith('Export/') && !key.startsWith('Endpoints/')) return;
    const [before, after] = [places.get(key), placeOf(key)];
    if (before === after) return;
    count(key, before, -1);
    count(key, after, 1);
    if (after === undefined) places.delete(key);
    else places.set(key, after);
  };
  outbox.subscribe(follow);
  own.subscribe(follow);
  return {
    use: (namespaces) => ({ budget: budgets.offers, namespaces, used: byNamespace.counts }),
    withdrawn: (namespace) => withdrawn.counts.get(namespace) ?? 0,
    ofExport: (key) => byExport.counts.get(key) ?? 0,
  };
};
