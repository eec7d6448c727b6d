import * as z from 'zod';

/**
 * Questions that one of our programs answers by sending real packets from its own place, and the answers. They travel as JSON, as arguments and on
 * standard output.
 */

const text = z.string().max(4096);
const count = z.number().min(0);
const port = z.int().min(1).max(65_535);

/** One test, from one network namespace. */
export const questionSchema = z.discriminatedUnion('kind', [
  /** The addresses of a name. Without servers, through those of the pod. */
  z.object({ kind: z.literal('name'), name: z.string().max(253), servers: z.array(z.string()).max(3).optional() }),
  /** Whether a TCP port accepts a connection; with an echo, whether so many bytes return. */
  z.object({ kind: z.literal('tcp'), address: text, port, echoBytes: z.int().max(1_048_576).optional() }),
  /** Whether datagrams of that size return from an echo server. */
  z.object({ kind: z.literal('udp'), address: text, port, bytes: z.int().min(1).max(9000) }),
  /** Whether an HTTPS server answers; its certificate is not verified. */
  z.object({ kind: z.literal('https'), url: text }),
]);
/** One test, from one network namespace. */
export type Question = z.output<typeof questionSchema>;

/** The result of a test. `refused` is an answer: the host exists, but nothing listens on that port. */
export const outcomes = ['answered', 'refused', 'silent', 'unreachable', 'failed'] as const;

/** The answer to one question. */
export const answerSchema = z.object({
  outcome: z.enum(outcomes),
  ms: count,
  /** Addresses of a name. */
  addresses: z.array(text).max(1024).optional(),
  /** Of an HTTPS server: status of the answer, and its date, in milliseconds since 1970. */
  status: count.optional(),
  date: z.number().optional(),
  /** The error message of the system. */
  detail: text.optional(),
});
/** The answer to one question. */
export type Answer = z.output<typeof answerSchema>;

/** Answers, in the order of the questions. */
export const answersSchema = z.array(answerSchema).max(256);

/** The packets that an agent sends from a pod of its node on request. */
export const pathQuestionSchema = z.object({
  slice: text,
  /** UID of the sending pod; without one, the slice's own namespace sends. */
  podUid: text.optional(),
  /** Target address in the slice. */
  address: text,
  /** Router address of the node with the target address. */
  router: text.optional(),
  /** Address of that node outside the slice. */
  underlay: text.optional(),
  /** Size of the largest packet that the slice carries. */
  mtu: z.int().min(576).max(65_535),
  questions: z.array(questionSchema).max(16),
});
/** The packets that an agent sends from a pod of its node on request. */
export type PathQuestion = z.output<typeof pathQuestionSchema>;

const echoes = z.object({ sent: count, answered: count, rttMs: count.optional() });

/** The result, counted. */
export const pathAnswerSchema = z.object({
  /** Whether the sending namespace exists. */
  present: z.boolean(),
  /** Name servers of the pod. */
  servers: z.array(text).max(8),
  /** The routes of the pod, and of the slice on its node, for the address; absent when there is none. */
  podRoute: text.optional(),
  sliceRoute: text.optional(),
  /** Echo requests to the address, of ordinary size and of the slice's MTU. */
  target: echoes,
  targetLarge: echoes,
  /** From the slice's namespace to the router of the other node, and outside the slice to the node itself. */
  router: echoes.optional(),
  routerLarge: echoes.optional(),
  underlay: echoes.optional(),
  /** Counted meanwhile: packets that left the pod, and bytes into and out of the tunnel to the other node. */
  leftPod: count,
  enteredPod: count,
  tunnelSent: count,
  tunnelReceived: count,
  answers: answersSchema,
});
/** The result, counted. */
export type PathAnswer = z.output<typeof pathAnswerSchema>;
