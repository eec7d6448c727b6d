/** The statements of this cluster's namespaces in a slice, and how many namespaces share the budget. */
export interface TenantUse {
  /** Statements that all namespaces together may have. */
  readonly budget: number;
  /** Namespaces of the slice. */
  readonly namespaces: number;
  /** Statements of each namespace: those in force, and withdrawn ones that are still remembered. */
  readonly used: ReadonlyMap<string, number>;
}

/** The usage and the limit of one namespace. */
export interface TenantRoom {
  readonly used: number;
  /** Maximum number of statements that it may have now. */
  readonly most: number;
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/**
 * How much of the budget a namespace may use. Half of the budget is divided equally and guaranteed; of the other half a namespace may have at most
 * half of what the others leave. So no application team can use up what the others need, and a single team has plenty.
 *
 * ```
 * the slice has                then a namespace may have
 * one namespace                all
 * several                      its guaranteed part, and half of what is left of the common half
 * less left than that          what is left
 * ```
 * Costs the namespaces that use something.
 */
export const tenantRoom = ({ budget, namespaces, used }: TenantUse, namespace: string): TenantRoom => {
  const own = used.get(namespace) ?? 0;
  const left = budget - (sum(used.values()) - own);
  if (namespaces <= 1) return { used: own, most: Math.max(0, left) };
  const guaranteed = Math.floor(budget / (2 * namespaces));
  const common = budget - guaranteed * namespaces;
  const taken = sum([...used].map(([other, count]) => (other === namespace ? 0 : Math.max(0, count - guaranteed))));
  const most = guaranteed + Math.max(0, Math.floor((common - taken) / 2));
  return { used: own, most: Math.max(0, Math.min(most, left)) };
};

/** How many statements an export may have that has `own` now: it keeps those, and gets more while there is room. */
export const exportRoom = ({ used, most }: TenantRoom, own: number): number => Math.max(own, most - (used - own));
