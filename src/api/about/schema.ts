import * as z from 'zod';

/** Schema of `ClusterProperty.spec` (KEP-2149): a text of 128 KB at most. */
export const clusterPropertySpec = z
  .object({ value: z.string().min(1).max(131_072).describe('Value of the property.') })
  .describe('The property; its name is the name of the object.');
