import * as z from 'zod';

/*
 * Questions that a program of ours answers by sending real packets from where it runs, and the answers. They travel as JSON, as arguments and on
 * standard output.
 */

const text = z.string().max(4096);
const count = z.number().min(0);
const port = z.int().min(1).max(65_535);

/** Something to try, from one network namespace. */
export const questionSchema = z.discriminatedUnion('kind', [
  /** Which addresses a name has. Without servers, those of the pod. */
  z.object({ kind: z.literal('name'), name: z.string().max(253), servers: z.array(z.string()).max(3).optional() }),
  /** Whether a TCP port accepts a connection; with an echo, whether so many bytes come back. */
  z.object({ kind: z.literal('tcp'), address: text, port, echoBytes: z.int().max(1_048_576).optional() }),
  /** Whether datagrams of that size come back from an echo server. */
  z.object({ kind: z.literal('udp'), address: text, port, bytes: z.int().min(1).max(9000) }),
  /** Whether an HTTPS server answers; its certificate is not judged. */
  z.object({ kind: z.literal('https'), url: text }),
]);
/** Something to try, from one network namespace. */
export type Question = z.output<typeof questionSchema>;

/** How a try ended. `refused` is an answer: somebody is there, but not on that port. */
export const outcomes = ['answered', 'refused', 'silent', 'unreachable', 'failed'] as const;

/** The answer to one question. */
export const answerSchema = z.object({
  outcome: z.enum(outcomes),
  ms: count,
  /** Addresses of a name. */
  addresses: z.array(text).max(1024).optional(),
  /** Of an HTTPS server: status of the answer, and the time that it told, in milliseconds since 1970. */
  status: count.optional(),
  date: z.number().optional(),
  /** What went wrong, in the words of the system. */
  detail: text.optional(),
});
/** The answer to one question. */
export type Answer = z.output<typeof answerSchema>;

/** Answers, in the order of the questions. */
export const answersSchema = z.array(answerSchema).max(256);

/** What an agent is asked to send from a pod of its node. */
export const pathQuestionSchema = z.object({
  slice: text,
  /** UID of the pod that the packets leave from; without one they leave from the slice's own namespace. */
  podUid: text.optional(),
  /** Address in the slice that they go to. */
  address: text,
  /** Router address of the node that has the address. */
  router: text.optional(),
  /** Address of that node outside the slice. */
  underlay: text.optional(),
  /** Size of the largest packet that the slice carries. */
  mtu: z.int().min(576).max(65_535),
  questions: z.array(questionSchema).max(16),
});
/** What an agent is asked to send from a pod of its node. */
export type PathQuestion = z.output<typeof pathQuestionSchema>;

const echoes = z.object({ sent: count, answered: count, rttMs: count.optional() });

/** What came of it, counted. */
export const pathAnswerSchema = z.object({
  /** Whether the namespace that packets should leave from is there. */
  present: z.boolean(),
  /** Name servers of the pod. */
  servers: z.array(text).max(8),
  /** How the pod, and the slice on its node, send packets for the address; absent where they know no way. */
  podRoute: text.optional(),
  sliceRoute: text.optional(),
  /** Echo requests to the address, of ordinary size and as large as the slice carries. */
  target: echoes,
  targetLarge: echoes,
  /** From the slice's namespace to the router of the other node, and outside the slice to the node itself. */
  router: echoes.optional(),
  routerLarge: echoes.optional(),
  underlay: echoes.optional(),
  /** Packets counted meanwhile: that left the pod, and bytes that went into and came out of the tunnel to the other node. */
  leftPod: count,
  enteredPod: count,
  tunnelSent: count,
  tunnelReceived: count,
  answers: answersSchema,
});
/** What came of it, counted. */
export type PathAnswer = z.output<typeof pathAnswerSchema>;
