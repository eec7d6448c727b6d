import type { ForgetOrder } from './follow-peers.ts';

/** The text of an order in the ConfigMap: when it was given (RFC 3339), and the UIDs of the stored notices about the cluster. */
export const forgetText = (at: string, notices: readonly string[]): string => [at, ...notices].join(' ');

/** Reads the orders in the data of the ConfigMap, by cluster. Keys with a dot are orders of other kinds. */
export const forgetOrders = (data: Readonly<Record<string, string>> = {}): ReadonlyMap<string, ForgetOrder> =>
  new Map(
    Object.entries(data).flatMap(([cluster, text]): (readonly [string, ForgetOrder])[] => {
      if (cluster.includes('.')) return [];
      const [id = '', ...notices] = text.split(' ');
      return [[cluster, { id, notices: new Set(notices) }]];
    }),
  );
