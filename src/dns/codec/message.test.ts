import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordData, ResourceRecord } from '../../plan/names/record.ts';
import { Failure } from '../../values/failure.ts';
import { decodeMessage, encodeMessage, type Message } from './message.ts';

type OraclePacket = { readonly questions: readonly unknown[]; readonly answers: readonly Readonly<Record<string, unknown>>[] };

/** dns-packet brings no types. */
const oracle: { encode(packet: unknown): Buffer; decode(bytes: Buffer): OraclePacket } = createRequire(import.meta.url)('dns-packet');

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9-]{0,10}[a-z0-9])?$/);
const name = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.')),
  fc.constantFrom('backend.app-ns.svc.slice.local', 'slice.local', '.'),
);
const word = fc.nat(0xffff);
const long = fc.nat(0xffffffff);
const data: fc.Arbitrary<RecordData> = fc.oneof(
  fc.record({ type: fc.constant('A' as const), address: fc.ipV4() }),
  fc.record({ type: fc.constant('AAAA' as const), address: fc.constantFrom('::', 'fd00::1', '2001:db8::a:1') }),
  fc.record({ type: fc.constantFrom('CNAME' as const, 'NS' as const, 'PTR' as const), target: name }),
  fc.record({ type: fc.constant('SRV' as const), priority: word, weight: word, port: word, target: name }),
  fc.record({ type: fc.constant('TXT' as const), strings: fc.array(fc.stringMatching(/^[ -~]{0,40}$/), { minLength: 1, maxLength: 3 }) }),
  fc.record({
    type: fc.constant('SOA' as const),
    primary: name,
    mailbox: name,
    serial: long,
    refresh: long,
    retry: long,
    expire: long,
    minimum: long,
  }),
  fc.record({ type: fc.constant('Other' as const), code: fc.integer({ min: 1000, max: 60000 }), bytes: fc.uint8Array({ maxLength: 20 }) }),
);
const record: fc.Arbitrary<ResourceRecord> = fc.record({ name, ttl: fc.nat(0x7fffffff), data });
const records = fc.array(record, { maxLength: 6 });
const message: fc.Arbitrary<Message> = fc.record(
  {
    id: word,
    response: fc.boolean(),
    opcode: fc.nat(15),
    authoritative: fc.boolean(),
    truncated: fc.boolean(),
    recursionDesired: fc.boolean(),
    recursionAvailable: fc.boolean(),
    authenticData: fc.boolean(),
    checkingDisabled: fc.boolean(),
    code: fc.nat(15),
    questions: fc.array(
      fc.record({ name, type: fc.constantFrom('A', 'AAAA', 'SRV', 'ANY', 'TYPE65280'), class: fc.constantFrom(1, 3, 255) }),
      {
        maxLength: 2,
      },
    ),
    answers: records,
    authority: records,
    additional: records,
    edns: fc.record({ size: word, version: fc.nat(255), extendedCode: fc.nat(255), dnssecOk: fc.boolean() }),
  },
  {
    requiredKeys: [
      'id',
      'response',
      'opcode',
      'authoritative',
      'truncated',
      'recursionDesired',
      'recursionAvailable',
      'authenticData',
      'checkingDisabled',
      'code',
      'questions',
      'answers',
      'authority',
      'additional',
    ],
  },
);

const query: Message = {
  id: 7,
  response: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  code: 0,
  questions: [{ name: 'backend.app-ns.svc.slice.local', type: 'A', class: 1 }],
  answers: [],
  authority: [],
  additional: [],
};

describe('a message', () => {
  test('survives writing and reading', () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(decodeMessage(encodeMessage(sent))).toEqual(sent);
      }),
    );
  });

  test('is read by the oracle as it was meant', () => {
    const plain = data.filter(({ type }) => type !== 'Other');
    fc.assert(
      fc.property(fc.array(fc.record({ name, ttl: fc.nat(0x7fffffff), data: plain }), { maxLength: 8 }), (answers) => {
        const read = oracle.decode(encodeMessage({ ...query, response: true, answers }));
        expect(read.questions).toMatchObject([{ name: 'backend.app-ns.svc.slice.local', type: 'A', class: 'IN' }]);
        expect(read.answers).toHaveLength(answers.length);
        for (const [index, { name, ttl, data }] of answers.entries()) {
          const seen = read.answers[index]!;
          expect(seen).toMatchObject({ name, ttl, type: data.type, class: 'IN' });
          if (data.type === 'A' || data.type === 'AAAA') expect(seen['data']).toBe(data.address);
          else if (data.type === 'SRV')
            expect(seen['data']).toMatchObject({ port: data.port, priority: data.priority, target: data.target });
          else if (data.type === 'SOA')
            expect(seen['data']).toMatchObject({ mname: data.primary, serial: data.serial, minimum: data.minimum });
          else if (data.type === 'TXT') expect(seen['data']).toEqual(data.strings.map((text) => Buffer.from(text)));
          else if ('target' in data) expect(seen['data']).toBe(data.target);
        }
      }),
    );
  });

  test('of the oracle is read as it was meant', () => {
    const bytes = oracle.encode({
      id: 7,
      type: 'query',
      flags: 0x0100,
      questions: [{ name: 'backend.app-ns.svc.slice.local', type: 'A', class: 'IN' }],
      additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1400, flags: 0x8000, options: [{ code: 'CLIENT_SUBNET', ip: '10.0.0.0' }] }],
    });
    expect(decodeMessage(bytes)).toEqual({ ...query, edns: { size: 1400, version: 0, extendedCode: 0, dnssecOk: true } });
  });

  test('seventy addresses fit where the oracle, which does not compress, fits far fewer', () => {
    const owner = 'backend.app-ns.svc.slice.local';
    const answers = Array.from({ length: 70 }, (_, index) => ({
      name: owner,
      ttl: 5,
      data: { type: 'A' as const, address: `10.0.0.${index}` },
    }));
    expect(encodeMessage({ ...query, answers }, 1232)).toHaveLength(12 + 36 + 70 * 16);
    expect(() => encodeMessage({ ...query, answers: [...answers, ...answers] }, 1232)).toThrow('does not fit into 1232 bytes');
  });

  test.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['eleven bytes', (bytes) => bytes.subarray(0, 11), 'at least 12 bytes'],
    ['a question cut off', (bytes) => bytes.subarray(0, bytes.length - 1), 'ends inside a question'],
    ['stray bytes', (bytes) => Buffer.concat([bytes, Buffer.from([0])]), 'followed by 1 stray bytes'],
    ['more answers promised than there are', (bytes) => patched(bytes, 7, 1), 'ends inside the name'],
    [
      'a record that runs off the end',
      (bytes) => Buffer.concat([patched(bytes, 7, 1), Buffer.from([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 9, 1])]),
      'ends inside the record',
    ],
    [
      'an address of three bytes',
      (bytes) => Buffer.concat([patched(bytes, 7, 1), Buffer.from([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2, 3])]),
      'malformed content',
    ],
    [
      'an OPT record among the answers',
      (bytes) => Buffer.concat([patched(bytes, 7, 1), Buffer.from([0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 0])]),
      'misplaced OPT',
    ],
    [
      'a record of class CH',
      (bytes) => Buffer.concat([patched(bytes, 7, 1), Buffer.from([0, 0, 16, 0, 3, 0, 0, 0, 0, 0, 0])]),
      'only class IN',
    ],
  ])('with %s is refused', (_, spoil, reason) => {
    expect(() => decodeMessage(spoil(encodeMessage(query)))).toThrow(reason);
  });

  test('of random bytes, or spoilt at random, is read or refused, never more', () => {
    const spoilt = fc.tuple(message, fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 6 })).map(([sent, changes]) => {
      const bytes = Buffer.from(encodeMessage(sent));
      for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), spoilt), (bytes) => {
        try {
          decodeMessage(bytes);
        } catch (error) {
          if (!Failure.is(error, 'InvalidInput')) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('made of pointers only costs little', () => {
    const bytes = Buffer.alloc(0xffff);
    bytes.writeUInt16BE(0xffff, 6);
    for (let at = 14; at + 1 < bytes.length; at += 2) bytes.writeUInt16BE(0xc000 | Math.min(at - 2, 0x3fff), at);
    const started = performance.now();
    expect(() => decodeMessage(bytes)).toThrow(Failure);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('with content that cannot be written is refused', () => {
    const of =
      (data: RecordData): (() => Buffer) =>
      () =>
        encodeMessage({ ...query, answers: [{ name: 'a', ttl: 1, data }] });
    expect(of({ type: 'A', address: 'x' })).toThrow('is not an IPv4 address');
    expect(of({ type: 'TXT', strings: ['x'.repeat(256)] })).toThrow('at most 255');
    expect(() => encodeMessage({ ...query, questions: [{ name: 'a', type: 'BOGUS', class: 1 }] })).toThrow(
      '"BOGUS" is not a DNS record type',
    );
  });
});

const patched = (bytes: Buffer, at: number, value: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
};
