import type { RecordData, ResourceRecord } from '../../plan/names/record.ts';
import { formatIpv4, parseIpv4 } from '../../values/address/ipv4.ts';
import { formatIpv6, parseIpv6 } from '../../values/address/ipv6.ts';
import { Failure } from '../../values/failure.ts';
import { readLong, readWord } from './integers.ts';
import { readName } from './name.ts';
import { classInternet, typeName, typeNumbers } from './numbers.ts';
import type { Writer } from './writer.ts';

/** A record as it is in a message, before its content is interpreted. */
export type RawRecord = {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** Where the content starts and ends in the message. */
  readonly start: number;
  readonly end: number;
};

/** Reads name, type, class, TTL and the bounds of the content; `InvalidInput` when the record runs off the message. */
export const readRawRecord = (bytes: Uint8Array, offset: number): RawRecord => {
  const { name, end } = readName(bytes, offset);
  const start = end + 10;
  if (start > bytes.length || start + readWord(bytes, end + 8) > bytes.length) {
    throw new Failure('InvalidInput', `The DNS message ends inside the record at byte ${offset}.`);
  }
  return {
    name,
    type: readWord(bytes, end),
    class: readWord(bytes, end + 2),
    ttl: readLong(bytes, end + 4),
    start,
    end: start + readWord(bytes, end + 8),
  };
};

/** Interprets the content of a record of class IN; `InvalidInput` for content that does not fill its bounds exactly. */
export const readRecordData = (bytes: Uint8Array, raw: RawRecord): RecordData => {
  const content = bytes.subarray(raw.start, raw.end);
  const wrong = (): Failure => new Failure('InvalidInput', `The ${typeName(raw.type)} record of ${raw.name} has a malformed content.`);
  const nameUpTo = (offset: number, end: number | undefined): { name: string; end: number } => {
    const read = readName(bytes, offset);
    if (read.end > raw.end || (end !== undefined && read.end !== end)) throw wrong();
    return read;
  };
  switch (raw.type) {
    case typeNumbers.A:
      if (content.length !== 4) throw wrong();
      return { type: 'A', address: formatIpv4(readLong(content, 0)) };
    case typeNumbers.AAAA:
      if (content.length !== 16) throw wrong();
      return { type: 'AAAA', address: formatIpv6(BigInt(`0x${Buffer.from(content).toString('hex')}`)) };
    case typeNumbers.CNAME:
      return { type: 'CNAME', target: nameUpTo(raw.start, raw.end).name };
    case typeNumbers.NS:
      return { type: 'NS', target: nameUpTo(raw.start, raw.end).name };
    case typeNumbers.PTR:
      return { type: 'PTR', target: nameUpTo(raw.start, raw.end).name };
    case typeNumbers.SRV: {
      if (content.length < 7) throw wrong();
      const [priority, weight, port] = [readWord(content, 0), readWord(content, 2), readWord(content, 4)];
      return { type: 'SRV', priority, weight, port, target: nameUpTo(raw.start + 6, raw.end).name };
    }
    case typeNumbers.TXT: {
      const strings: string[] = [];
      for (let at = 0; at < content.length; ) {
        const next = at + 1 + content[at]!;
        if (next > content.length) throw wrong();
        strings.push(Buffer.from(content.subarray(at + 1, next)).toString('latin1'));
        at = next;
      }
      if (strings.length === 0) throw wrong();
      return { type: 'TXT', strings };
    }
    case typeNumbers.SOA: {
      const primary = nameUpTo(raw.start, undefined);
      const mailbox = nameUpTo(primary.end, raw.end - 20);
      const long = (index: number): number => readLong(bytes, mailbox.end + index * 4);
      return {
        type: 'SOA',
        primary: primary.name,
        mailbox: mailbox.name,
        serial: long(0),
        refresh: long(1),
        retry: long(2),
        expire: long(3),
        minimum: long(4),
      };
    }
    default:
      return { type: 'Other', code: raw.type, bytes: Uint8Array.from(content) };
  }
};

const written = <T>(family: string, text: string, parsed: T | undefined): T => {
  if (parsed === undefined) throw new Failure('InvalidInput', `"${text}" is not an ${family} address.`);
  return parsed;
};

const writeData = (writer: Writer, data: RecordData): void => {
  switch (data.type) {
    case 'A':
      return writer.long(written('IPv4', data.address, parseIpv4(data.address)));
    case 'AAAA':
      return writer.raw(Buffer.from(written('IPv6', data.address, parseIpv6(data.address)).toString(16).padStart(32, '0'), 'hex'));
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return writer.name(data.target);
    case 'SRV':
      writer.word(data.priority);
      writer.word(data.weight);
      writer.word(data.port);
      return writer.name(data.target, false);
    case 'TXT':
      for (const text of data.strings) {
        if (text.length > 255 || /[^\0-\xff]/.test(text)) {
          throw new Failure('InvalidInput', 'A string of a TXT record has at most 255 characters of one byte each.');
        }
        writer.byte(text.length);
        writer.raw(Buffer.from(text, 'latin1'));
      }
      return;
    case 'SOA':
      writer.name(data.primary);
      writer.name(data.mailbox);
      for (const value of [data.serial, data.refresh, data.retry, data.expire, data.minimum]) writer.long(value);
      return;
    case 'Other':
      writer.raw(data.bytes);
  }
};

/** Writes a record of class IN; `InvalidInput` for content that cannot be written, and the writer may then be rewound. */
export const writeRecord = (writer: Writer, record: ResourceRecord): void => {
  writer.name(record.name);
  writer.word(record.data.type === 'Other' ? record.data.code : typeNumbers[record.data.type]);
  writer.word(classInternet);
  writer.long(record.ttl);
  const lengthAt = writer.offset;
  writer.word(0);
  writeData(writer, record.data);
  writer.patchWord(lengthAt, writer.offset - lengthAt - 2);
};
