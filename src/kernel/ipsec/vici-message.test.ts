import { describe, expect, it } from 'vitest';
import { decodeVici, encodeVici, type ViciSection } from './vici-message.ts';

describe('a message of vici', () => {
  it('has the bytes of the example in its documentation', () => {
    // README.vici, "Message format": key1 = value1, section1 { sub-section { sub-key = sub-value }, list1 = [ item1, item2 ] }.
    const message = { key1: 'value1', section1: { 'sub-section': { 'sub-key': 'sub-value' }, list1: ['item1', 'item2'] } };
    const hex = [
      '03046b657931000676616c756531',
      '010873656374696f6e31',
      '010b7375622d73656374696f6e',
      '03077375622d6b657900097375622d76616c7565',
      '02',
      '04056c69737431',
      '0500056974656d31',
      '0500056974656d32',
      '06',
      '02',
    ].join('');
    expect(encodeVici(message).toString('hex')).toBe(hex);
    expect(decodeVici(Buffer.from(hex, 'hex'))).toEqual(message);
  });

  it.each<ViciSection>([{}, { empty: '', none: [], nothing: {} }, { long: 'x'.repeat(65_535) }, { ü: 'ö' }])(
    'is read as it was written: %#',
    (message) => {
      expect(decodeVici(encodeVici(message))).toEqual(message);
    },
  );

  it('cannot have longer names or values', () => {
    for (const message of [{ ['k'.repeat(256)]: '' }, { k: 'v'.repeat(65_536) }, { '': 'v' }])
      expect(() => encodeVici(message)).toThrow('bytes');
  });

  it.each(['03', '0301', '03016b0002ff', '07', '02', '01016b', '04016b03', '06', '01016b'.repeat(20)])(
    'that is malformed is refused: %s',
    (hex) => {
      expect(() => decodeVici(Buffer.from(hex, 'hex'))).toThrow('malformed');
    },
  );

  it('has no names that change objects', () => {
    const read = decodeVici(encodeVici(JSON.parse('{"__proto__":{"polluted":"yes"}}') as ViciSection));
    expect(Object.keys(read)).toEqual(['__proto__']);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});
