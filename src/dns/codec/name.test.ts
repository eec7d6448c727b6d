import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../values/failure.ts';
import { labelsOf, readName } from './name.ts';
import { Writer } from './writer.ts';

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (Failure.is(error, 'InvalidInput')) return error.message;
    throw error;
  }
  return 'accepted';
};

const written = (name: string): Buffer => {
  const writer = new Writer(Buffer.alloc(512));
  writer.name(name);
  return writer.bytes;
};

/** Names as arbitrary bytes, not only host names: up to 255 bytes on the wire. */
const labels = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 8 })
  .filter((all) => all.reduce((sum, label) => sum + label.length + 1, 1) <= 255);

describe('a name', () => {
  test.each([
    ['root', [0], '.', 1],
    ['two labels', [1, 97, 2, 66, 99, 0], 'a.Bc', 6],
    ['a dot and a backslash inside a label', [3, 97, 46, 92, 0], 'a\\046\\092', 5],
    ['bytes that do not print', [3, 0, 32, 255, 0], '\\000\\032\\255', 5],
  ])('%s is read in presentation form', (_, bytes, name, end) => {
    expect(readName(Uint8Array.from(bytes), 0)).toEqual({ name, end });
    expect([...written(name)]).toEqual(bytes);
  });

  test('a pointer is followed backwards and the name ends after it', () => {
    const bytes = Uint8Array.from([3, 99, 111, 109, 0, 1, 97, 0xc0, 0]);
    expect(readName(bytes, 5)).toEqual({ name: 'a.com', end: 9 });
  });

  test.each([
    ['a pointer to itself', [0xc0, 0], 0, 'points forward or to itself'],
    ['a pointer back into its own labels', [1, 97, 0xc0, 0], 0, 'points forward or to itself'],
    ['a pointer forward', [0xc0, 2, 0], 0, 'points forward or to itself'],
    ['two pointers at each other', [0xc0, 2, 0xc0, 0], 2, 'points forward or to itself'],
    ['half a pointer', [0xc0], 0, 'label type'],
    ['a reserved label type', [0x40, 0], 0, 'label type'],
    ['no end', [1, 97], 0, 'ends inside'],
    ['a label cut off', [5, 97, 97], 0, 'ends inside'],
    ['an offset past the end', [0], 4, 'ends inside'],
    ['256 bytes', [...Array.from({ length: 4 }, () => [63, ...Array.from({ length: 63 }, () => 97)]).flat(), 0], 0, 'longer than 255'],
  ])('%s is refused', (_, bytes, offset, reason) => {
    expect(refusal(() => readName(Uint8Array.from(bytes), offset))).toContain(reason);
  });

  test('a long chain of pointers to pointers is refused', () => {
    const chain = [0];
    for (let at = 1; at < 401; at += 2) chain.push(0xc0 | (Math.max(0, at - 2) >> 8), Math.max(0, at - 2) & 0xff);
    expect(refusal(() => readName(Uint8Array.from(chain), 399))).toContain('more than 127 pointers');
    expect(readName(Uint8Array.from(chain), 201).name).toBe('.');
  });

  test.each([
    ['', 'empty label'],
    ['a..b', 'empty label'],
    ['.a', 'empty label'],
    [`${'a'.repeat(64)}.b`, 'longer than 63'],
    [Array.from({ length: 64 }, () => 'abc').join('.'), 'longer than 255'],
    ['a\\', 'broken escape'],
    ['a\\999', 'broken escape'],
    ['ж', 'beyond one byte'],
  ])('%j is refused for writing', (name, reason) => {
    expect(refusal(() => labelsOf(name))).toContain(reason);
  });

  test('a trailing dot changes nothing', () => {
    expect(labelsOf('a.b.')).toEqual(['a', 'b']);
  });

  test('any bytes survive reading and writing', () => {
    fc.assert(
      fc.property(labels, (all) => {
        const bytes = Buffer.concat([...all.map((label) => Buffer.from([label.length, ...label])), Buffer.from([0])]);
        const { name, end } = readName(bytes, 0);
        expect(end).toBe(bytes.length);
        expect(written(name)).toEqual(bytes);
      }),
    );
  });

  test('random bytes are read or refused, never more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(320), (bytes, offset) => {
        refusal(() => readName(bytes, offset));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('compression', () => {
  test('the longest suffix written before becomes a pointer, whatever its case', () => {
    const writer = new Writer(Buffer.alloc(512));
    writer.name('a.Example.org');
    writer.name('b.eXample.ORG');
    writer.name('example.org');
    expect([...writer.bytes.subarray(15)]).toEqual([1, 98, 0xc0, 2, 0xc0, 2]);
  });

  test('a label with a dot in it is not taken for two labels', () => {
    const writer = new Writer(Buffer.alloc(512));
    writer.name('a.b');
    writer.name('a\\.b');
    expect(readName(writer.bytes, 5).name).toBe('a\\046b');
  });

  test('names after stopLearning are not pointed at, those before are', () => {
    const writer = new Writer(Buffer.alloc(512));
    writer.name('svc');
    writer.stopLearning();
    writer.name('b.svc');
    writer.name('b.svc');
    expect([...writer.bytes.subarray(5)]).toEqual([1, 98, 0xc0, 0, 1, 98, 0xc0, 0]);
  });

  test('names taken back by rewind are not pointed at', () => {
    const writer = new Writer(Buffer.alloc(512));
    writer.name('svc');
    writer.name('b');
    writer.rewind(5);
    writer.name('b');
    expect([...writer.bytes.subarray(5)]).toEqual([1, 98, 0]);
  });

  test('nothing is written past the limit', () => {
    expect(refusal(() => new Writer(Buffer.alloc(4)).name('abc'))).toContain('does not fit into 4 bytes');
  });

  test('any list of names over few labels is read back as it was written', () => {
    const name = fc.array(fc.constantFrom('a', 'b', 'svc', 'A', 'a\\046b'), { minLength: 1, maxLength: 6 }).map((all) => all.join('.'));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 20 }), (names) => {
        const writer = new Writer(Buffer.alloc(4096));
        for (const each of names) writer.name(each);
        let offset = 0;
        for (const each of names) {
          const read = readName(writer.bytes, offset);
          expect(read.name.toLowerCase()).toBe(each.toLowerCase());
          offset = read.end;
        }
        expect(offset).toBe(writer.offset);
      }),
    );
  });
});
