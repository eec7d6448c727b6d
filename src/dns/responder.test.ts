import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer, ResourceRecord } from '../plan/names/record.ts';
import { decodeMessage, encodeMessage, type Message } from './codec/message.ts';
import { noMetrics, type ServerMetrics, type Transport } from './metrics.ts';
import { createResponder } from './responder.ts';

const owner = 'backend.app-ns.svc.slice.local';
const soa: ResourceRecord = {
  name: 'slice.local',
  ttl: 1,
  data: {
    type: 'SOA',
    primary: 'ns.dns.slice.local',
    mailbox: 'hostmaster.slice.local',
    serial: 1,
    refresh: 2,
    retry: 3,
    expire: 4,
    minimum: 1,
  },
};
const said = (change: Partial<Answer> = {}): Answer => ({
  code: 'NOERROR',
  authoritative: true,
  answers: [],
  authority: [],
  additional: [],
  ...change,
});
const addresses = (count: number): ResourceRecord[] =>
  Array.from({ length: count }, (_, index) => ({ name: owner, ttl: 5, data: { type: 'A', address: `10.0.${index >> 8}.${index & 255}` } }));

const query = (change: Partial<Message> = {}): Buffer =>
  encodeMessage({
    id: 77,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    code: 0,
    questions: [{ name: owner, type: 'A', class: 1 }],
    answers: [],
    authority: [],
    additional: [],
    ...change,
  });
const edns = { size: 4096, version: 0, extendedCode: 0, dnssecOk: false };

const ask = (
  answer: Answer | (() => Answer),
  {
    bytes = query(),
    transport = 'udp',
    random = 0,
    metrics = noMetrics,
  }: { bytes?: Buffer; transport?: Transport; random?: number; metrics?: ServerMetrics } = {},
): { message: Message; length: number } => {
  const respond = createResponder({ answer: () => (typeof answer === 'function' ? answer() : answer), random: () => random, metrics });
  const response = respond(bytes, transport)!;
  return { message: decodeMessage(response), length: response.length };
};
const given = (records: readonly ResourceRecord[]): string[] => records.map(({ data }) => ('address' in data ? data.address : data.type));

describe('a response', () => {
  test('repeats id, question and the flags it must, and is authoritative', () => {
    const { message } = ask(said({ answers: addresses(1) }), { bytes: query({ checkingDisabled: true, authenticData: true }) });
    expect(message).toMatchObject({
      id: 77,
      response: true,
      authoritative: true,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: true,
      authenticData: false,
      checkingDisabled: true,
      code: 0,
      questions: [{ name: owner, type: 'A', class: 1 }],
      answers: addresses(1),
    });
    expect(message.edns).toBeUndefined();
  });

  test.each([true, false])(
    'says that recursion is available exactly to those who want it, and only of its own names: %s',
    (recursionDesired) => {
      const bytes = query({ recursionDesired });
      for (const own of [said({ answers: addresses(1) }), said({ code: 'NXDOMAIN', authority: [soa] })]) {
        expect(ask(own, { bytes }).message).toMatchObject({ recursionDesired, recursionAvailable: recursionDesired });
      }
      const refused = ask(said({ code: 'REFUSED', authoritative: false }), { bytes });
      expect(refused.message).toMatchObject({ recursionDesired, recursionAvailable: false });
    },
  );

  test("keeps the asker's letter case, in the question and in the answer", () => {
    const name = 'bAcKeNd.APP-ns.svc.SLICE.local';
    const { message } = ask(said({ answers: addresses(2) }), { bytes: query({ questions: [{ name, type: 'A', class: 1 }] }) });
    expect(message.questions[0]?.name).toBe(name);
    expect(message.answers.map((record) => record.name)).toEqual([name, name]);
  });

  test('speaks EDNS only to those who do', () => {
    const { message } = ask(said(), { bytes: query({ edns: { ...edns, dnssecOk: true } }) });
    expect(message.edns).toEqual({ size: 1232, version: 0, extendedCode: 0, dnssecOk: true });
  });

  test.each<[string, Partial<Answer>, number, boolean]>([
    ['no such name', { code: 'NXDOMAIN', authority: [soa] }, 3, true],
    ['no data', { authority: [soa] }, 0, true],
    ['refused', { code: 'REFUSED', authoritative: false }, 5, false],
  ])('for %s', (_, answer, code, authoritative) => {
    const { message } = ask(said(answer));
    expect(message).toMatchObject({ code, authoritative, answers: [], authority: answer.authority ?? [] });
  });

  test('tells a version of EDNS that we do not speak, in an OPT record', () => {
    const { message } = ask(said(), { bytes: query({ edns: { ...edns, version: 3 } }) });
    expect([message.code, message.edns]).toEqual([0, { size: 1232, version: 0, extendedCode: 1, dnssecOk: false }]);
  });

  test('is SERVFAIL when the answer cannot be found, and nothing at all to a response', () => {
    const failing = (): Answer => {
      throw new Error('bug');
    };
    expect(ask(failing).message).toMatchObject({ code: 2, answers: [], questions: [{ name: owner }] });
    const respond = createResponder({ answer: failing, random: () => 0, metrics: noMetrics });
    expect(respond(query({ response: true }), 'udp')).toBeUndefined();
    expect(respond(Buffer.alloc(3), 'udp')).toBeUndefined();
  });

  test('of a shared answer fits each name it is given for', () => {
    const shared = said({ code: 'NXDOMAIN', authority: [soa] });
    const respond = createResponder({ answer: () => shared, random: () => 0, metrics: noMetrics });
    for (const name of ['x.slice.local', 'xy.slice.local', 'ab.dns.slice.local', 'ns.dns.slice.local', 'x.slice.local', 'SLICE.local']) {
      const { authority } = decodeMessage(respond(query({ questions: [{ name, type: 'A', class: 1 }] }), 'udp')!);
      expect(JSON.stringify(authority).toLowerCase()).toBe(JSON.stringify([soa]).toLowerCase());
    }
  });
});

describe('a large answer', () => {
  const many = said({ answers: addresses(300) });

  test.each<[string, Buffer, Transport, number, number, boolean]>([
    ['UDP without EDNS', query(), 'udp', 512, 29, true],
    ['UDP with EDNS', query({ edns }), 'udp', 1232, 73, true],
    ['UDP with a small EDNS size', query({ edns: { ...edns, size: 100 } }), 'udp', 512, 28, true],
    ['UDP with a middling EDNS size', query({ edns: { ...edns, size: 700 } }), 'udp', 700, 40, true],
    ['TCP', query(), 'tcp', 0xffff, 300, false],
  ])('over %s is as large as allowed', (_, bytes, transport, limit, count, truncated) => {
    const { message, length } = ask(many, { bytes, transport });
    expect(length).toBeLessThanOrEqual(limit);
    expect([message.answers.length, message.truncated]).toEqual([count, truncated]);
  });

  test('beyond what TCP can carry is truncated too', () => {
    const { message } = ask(said({ answers: addresses(5000) }), { transport: 'tcp' });
    expect(message.truncated).toBe(true);
    expect(message.answers.length).toBeGreaterThan(4000);
  });

  test('loses additional records without being called truncated', () => {
    const target = (index: number): string => `pod-${index}.east.${owner}`;
    const srv = said({
      answers: Array.from({ length: 6 }, (_, index) => ({
        name: owner,
        ttl: 5,
        data: { type: 'SRV', priority: 0, weight: 1, port: 80, target: target(index) },
      })),
      additional: Array.from({ length: 6 }, (_, index) => ({
        name: target(index),
        ttl: 5,
        data: { type: 'A', address: `10.0.0.${index}` },
      })),
    });
    const { message, length } = ask(srv);
    expect(length).toBeLessThanOrEqual(512);
    expect([message.answers.length, message.truncated]).toEqual([6, false]);
    expect(message.additional.length).toBeGreaterThan(0);
    expect(message.additional.length).toBeLessThan(6);
    expect(message.additional).toEqual(srv.additional.slice(0, message.additional.length));
    expect(ask(srv, { transport: 'tcp' }).message.additional).toEqual(srv.additional);
  });
});

describe('rotation', () => {
  test('starts each record set at the record that chance names, and goes round', () => {
    const five = said({ answers: addresses(5) });
    const seen = new Set<string>();
    for (let index = 0; index < 50; index++) {
      const answers = given(ask(five, { random: index / 50 }).message.answers);
      expect(answers.toSorted()).toEqual(given(five.answers));
      const start = given(five.answers).indexOf(answers[0]!);
      expect(answers).toEqual([...given(five.answers).slice(start), ...given(five.answers).slice(0, start)]);
      seen.add(answers[0]!);
    }
    expect(seen.size).toBe(5);
  });

  test('changes no name, though names in records share their ends', () => {
    const servers = ['a.ns.example', 'b.ns.example', 'c.ns.example'];
    const three = said({ answers: servers.map((target) => ({ name: owner, ttl: 5, data: { type: 'NS', target } })) });
    const targets = ask(three, { random: 0.5 }).message.answers.map(({ data }) => ('target' in data ? data.target : ''));
    expect(targets.toSorted()).toEqual(servers);
    expect(targets).not.toEqual(servers);
  });

  test('any answer arrives whole or truncated, within its limit', () => {
    fc.assert(
      fc.property(
        fc.nat(120),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.boolean(),
        fc.integer({ min: 0, max: 2000 }),
        (count, random, speaksEdns, size) => {
          const answer = said({ answers: addresses(count), authority: count === 0 ? [soa] : [] });
          const bytes = query(speaksEdns ? { edns: { ...edns, size } } : {});
          const { message, length } = ask(answer, { bytes, random });
          expect(length).toBeLessThanOrEqual(speaksEdns ? Math.min(1232, Math.max(512, size)) : 512);
          expect(message.truncated).toBe(message.answers.length < count);
          expect(new Set(given(message.answers)).size).toBe(message.answers.length);
          expect(given(answer.answers)).toEqual(expect.arrayContaining(given(message.answers)));
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('what happens is reported, with few types', () => {
  const seen: unknown[] = [];
  const metrics: ServerMetrics = {
    answered: (...all) => seen.push(all),
    truncated: (transport) => seen.push([transport, 'truncated']),
    dropped: (...all) => seen.push(all),
    connections: () => undefined,
  };
  ask(said({ answers: addresses(40) }), { metrics });
  ask(said(), { metrics, bytes: query({ questions: [{ name: owner, type: 'TYPE999', class: 1 }] }), transport: 'tcp' });
  ask(said(), { metrics, bytes: query({ opcode: 3 }) });
  createResponder({ answer: () => said(), random: () => 0, metrics })(Buffer.alloc(1), 'udp');
  expect(seen).toEqual([
    ['udp', 'A', 'NOERROR'],
    ['udp', 'truncated'],
    ['tcp', 'other', 'NOERROR'],
    ['udp', 'other', 'NOTIMP'],
    ['udp', 'not-a-query'],
  ]);
});
