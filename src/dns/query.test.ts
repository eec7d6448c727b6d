import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeMessage, type Message } from './codec/message.ts';
import { QueryReader } from './query.ts';

const asked: Message = {
  id: 0x1234,
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
const edns = { size: 4096, version: 0, extendedCode: 0, dnssecOk: true };
const opt = Buffer.from([0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0]);

const read = (change: Partial<Message> = {}, spoil: (bytes: Buffer) => Buffer = (bytes) => bytes) =>
  new QueryReader().read(spoil(Buffer.from(encodeMessage({ ...asked, ...change }))));
const set =
  (at: number, value: number) =>
  (bytes: Buffer): Buffer => {
    bytes[at] = value;
    return bytes;
  };

describe('a query', () => {
  test('is read with its name in lower case', () => {
    expect(read({ questions: [{ name: 'BackEnd.app-ns.SVC.slice.local', type: 'AAAA', class: 1 }], edns })).toEqual({
      id: 0x1234,
      flags: 0x0100,
      code: 'NOERROR',
      questionEnd: 48,
      name: 'backend.app-ns.svc.slice.local',
      type: 'AAAA',
      edns: { size: 4096, dnssecOk: true },
    });
  });

  test.each([
    ['.', '.'],
    ['_http._tcp.X', '_http._tcp.x'],
    ['a\\.b.c', 'a\\046b.c'],
    ['A\\200\\065.b', 'a\\200a.b'],
    ['a\\000.b', 'a\\000.b'],
  ])('for %s', (name, seen) => {
    expect(read({ questions: [{ name, type: 'A', class: 1 }] })?.name).toBe(seen);
  });

  test('may carry records that we do not understand', () => {
    const unknown = { name: 'x', ttl: 0, data: { type: 'Other' as const, code: 250, bytes: Uint8Array.of(1, 2, 3) } };
    expect(read({ additional: [unknown], edns })).toMatchObject({ code: 'NOERROR', edns: { size: 4096 } });
  });

  test.each<[string, Partial<Message>, (bytes: Buffer) => Buffer, string]>([
    ['another operation', { opcode: 5 }, (bytes) => bytes, 'NOTIMP'],
    ['no question', { questions: [] }, (bytes) => bytes, 'FORMERR'],
    ['two questions', { questions: [asked.questions[0]!, asked.questions[0]!] }, (bytes) => bytes, 'FORMERR'],
    ['an answer', { answers: [{ name: 'a', ttl: 1, data: { type: 'A', address: '1.2.3.4' } }] }, (bytes) => bytes, 'FORMERR'],
    ['a name cut off', {}, (bytes) => bytes.subarray(0, 20), 'FORMERR'],
    ['a type cut off', {}, (bytes) => bytes.subarray(0, bytes.length - 1), 'FORMERR'],
    ['a compressed name', {}, set(12, 0xc0), 'FORMERR'],
    ['stray bytes', {}, (bytes) => Buffer.concat([bytes, Buffer.from([0])]), 'FORMERR'],
    ['an additional record cut off', { edns }, (bytes) => bytes.subarray(0, bytes.length - 1), 'FORMERR'],
    ['two OPT records', { edns }, (bytes) => set(11, 2)(Buffer.concat([bytes, opt])), 'FORMERR'],
    ['an OPT record with a name', {}, (bytes) => set(11, 1)(Buffer.concat([bytes, Buffer.from([1, 97]), opt])), 'FORMERR'],
    ['OPT as the type', { questions: [{ name: 'a', type: 'OPT', class: 1 }] }, (bytes) => bytes, 'FORMERR'],
    ['another version of EDNS', { edns: { ...edns, version: 1 } }, (bytes) => bytes, 'BADVERS'],
    ['class CH', { questions: [{ name: 'version.bind', type: 'TXT', class: 3 }] }, (bytes) => bytes, 'REFUSED'],
    ['class ANY', { questions: [{ name: 'slice.local', type: 'A', class: 255 }] }, (bytes) => bytes, 'REFUSED'],
  ])('with %s is refused', (_, change, spoil, code) => {
    expect(read(change, spoil)?.code).toBe(code);
  });

  test('is not what is too short, or a response', () => {
    expect(new QueryReader().read(Buffer.alloc(11))).toBeUndefined();
    expect(read({ response: true })).toBeUndefined();
  });

  test('of random bytes, or spoilt at random, is read, refused or ignored', () => {
    const reader = new QueryReader();
    const good = encodeMessage({ ...asked, edns });
    const spoilt = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 5 }).map((changes) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
          spoilt,
        ),
        (bytes) => {
          const query = reader.read(bytes);
          if (query !== undefined) expect(query.questionEnd).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
