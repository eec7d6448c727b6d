import * as z from 'zod';
import { mapBy, timeField } from './fields.ts';

/** Schema of a standard Kubernetes condition (`metav1.Condition`). */
export const conditionSchema = z
  .object({
    type: z.string().min(1).max(316).describe('Type of the condition, for example Ready.'),
    status: z.enum(['True', 'False', 'Unknown']).describe('The verdict.'),
    reason: z.string().min(1).max(1024).describe('The reason for programs, from the catalogue of reasons.'),
    message: z.string().max(32768).describe('The evidence and the remedy, in a sentence for people.'),
    lastTransitionTime: timeField().describe('When the status last changed.'),
    observedGeneration: z.int().optional().describe('Generation of the object that this condition describes.'),
  })
  .describe('One condition of the object, with its evidence.');

/** Schema of the list of conditions in a status. */
export const conditionsSchema = z
  .array(conditionSchema)
  .max(32)
  .optional()
  .meta(mapBy('type'))
  .describe('Conditions of this object, newest state only.');
