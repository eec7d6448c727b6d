import * as z from 'zod';
import { type ListenerAnswer, listenerLimits } from './question.ts';

const shape = z.object({
  pods: z
    .array(z.object({ address: z.string().max(15), closed: z.array(z.int().min(1).max(65_535)).max(listenerLimits.ports) }))
    .max(listenerLimits.pods),
});

/** Reads an agent's answer about listeners; undefined for anything else. */
export const readListenerAnswer = (answer: unknown): ListenerAnswer | undefined => shape.safeParse(answer).data;
