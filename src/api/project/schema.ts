import * as z from 'zod';
import { conditionsSchema } from '../conditions.ts';

/** Schema of `Project.spec`. */
export const projectSpec = z
  .object({
    defaultSliceCreation: z.boolean().optional().describe('Reserved: create a default slice with the project.'),
    serviceAccount: z
      .object({
        readOnly: z.array(z.string().max(63)).optional().describe('People who may read the project.'),
        readWrite: z.array(z.string().max(63)).optional().describe('People who may change the project.'),
      })
      .optional()
      .describe('Reserved: people with access to the project.'),
  })
  .describe('The desired state of the project.');

/** Schema of `Project.status`. */
export const projectStatus = z
  .object({
    conditions: conditionsSchema,
    namespace: z.string().optional().describe('Namespace on the hub that holds the slices and clusters of the project.'),
  })
  .describe('The observed state of the project.');
