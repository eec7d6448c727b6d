import type { Answer, Question } from '../plan/names/record.ts';
import { flagBits } from './codec/header.ts';
import type { ServerMetrics, Transport } from './metrics.ts';
import { QueryReader } from './query.ts';
import { ednsSize, plainSize, ResponseWriter, refusal } from './response.ts';

/** What a responder needs. */
export type ResponderOptions = {
  /** Decides the answer; called for questions of class IN with a lower-case name. A throw becomes SERVFAIL. */
  readonly answer: (question: Question) => Answer;
  /** A number from 0 up to, but not including, 1: selects the first record of a set. */
  readonly random: () => number;
  readonly metrics: ServerMetrics;
};

/** The response to a message, or undefined to send nothing. Synchronous, and never throws. */
export type Respond = (bytes: Buffer, transport: Transport) => Buffer | undefined;

/** Types that metrics distinguish. */
const countedTypes: ReadonlySet<string> = new Set(['A', 'AAAA', 'ANY', 'HTTPS', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']);

/** Rotations are below this, far above the size of any record set. */
const rotations = 0x10000;

/** Reads the query, decides the answer, and writes as much of it as the client and the transport allow. */
export const createResponder = ({ answer, random, metrics }: ResponderOptions): Respond => {
  const reader = new QueryReader();
  const writer = new ResponseWriter();
  return (bytes, transport) => {
    const query = reader.read(bytes);
    if (query === undefined) {
      metrics.dropped(transport, 'not-a-query');
      return undefined;
    }
    const type = countedTypes.has(query.type) ? query.type : 'other';
    if (query.code !== 'NOERROR') {
      metrics.answered(transport, type, query.code);
      return refusal(query, bytes);
    }
    const size = query.edns === undefined ? plainSize : Math.min(ednsSize, Math.max(plainSize, query.edns.size));
    try {
      const reply = answer({ name: query.name, type: query.type });
      const message = writer.write(query, bytes, reply, transport === 'tcp' ? 0xffff : size, Math.floor(random() * rotations));
      metrics.answered(transport, type, reply.code);
      if ((message[2]! & (flagBits.truncated >> 8)) !== 0) metrics.truncated(transport);
      return message;
    } catch {
      metrics.answered(transport, type, 'SERVFAIL');
      return refusal({ ...query, code: 'SERVFAIL' }, bytes);
    }
  };
};
