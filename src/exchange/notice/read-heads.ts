import * as z from 'zod';
import type { Heads } from './heads.ts';

const shape = z.object({ position: z.int().min(0), digest: z.string().regex(/^[0-9a-f]{64}$/) });

/** Reads an answer as a summary; undefined for anything else. The sender may be hostile. */
export const readHeads = (answer: unknown): Heads | undefined => shape.safeParse(answer).data;
