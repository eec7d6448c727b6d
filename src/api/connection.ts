import * as z from 'zod';
import { readJson } from '../values/text/read-json.ts';
import type { Condition } from './condition.ts';
import { conditionSchema } from './conditions.ts';

/**
 * What the worker of a member reports in its own cluster about its connection, in ConfigMap kubeslice-connection: condition HubReachable, whether the
 * hub answers, and NamesWired, whether pods can resolve names of the slices.
 */

/** Key of the ConfigMap: a JSON list of conditions, as in a status. */
export const connectionKey = 'conditions';

const schema = z.array(conditionSchema).max(32);

/** The conditions in the ConfigMap; none when it has no valid list. */
export const readConnection = (data: Readonly<Record<string, string>> | undefined): readonly Condition[] =>
  schema.safeParse(readJson(data?.[connectionKey] ?? '')).data ?? [];
