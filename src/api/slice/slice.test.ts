import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusals, rulesOf } from '../../../test/cel.ts';
import { cidrAround, formatCidr, overlaps, parseCidr } from '../../values/address/cidr.ts';
import { formatIp } from '../../values/address/ip.ts';
import { sliceSpec } from './schema.ts';
import { memberNamespaces } from './type.ts';

const rules = rulesOf(sliceSpec.shape.sliceSubnet);

describe('sliceSubnet', () => {
  test.each(['10.0.0.0/8', '10.0.0.0/16', '10.64.0.0/18', '192.168.7.0/24', '192.168.7.16/28', '172.16.0.0/12', '100.64.0.0/10'])(
    '%s is accepted',
    (subnet) => expect(refusals(rules, subnet)).toEqual([]),
  );

  test.each([
    ['', 'is not an IPv4 network'],
    ['10.0.0.0', 'is not an IPv4 network'],
    ['10.0.0.0/33', 'is not an IPv4 network'],
    ['10.0.0/16', 'is not an IPv4 network'],
    ['10.0.0.256/16', 'is not an IPv4 network'],
    ['010.0.0.0/16', 'is not an IPv4 network'],
    [' 10.0.0.0/16', 'is not an IPv4 network'],
    ['ten/16', 'is not an IPv4 network'],
    ['fd00::/64', 'is not an IPv4 network'],
    ['10.0.0.1/16', 'has host bits set; write the network address'],
    ['192.168.7.9/28', 'has host bits set; write the network address'],
    ['0.0.0.0/0', 'must have a prefix length from /8 to /28'],
    ['10.0.0.0/7', 'must have a prefix length from /8 to /28'],
    ['10.0.0.0/29', 'must have a prefix length from /8 to /28'],
    ['127.0.0.0/16', 'no network can use'],
    ['169.254.8.0/24', 'no network can use'],
    ['169.128.0.0/9', 'no network can use'],
    ['0.0.0.0/8', 'no network can use'],
    ['239.1.0.0/16', 'no network can use'],
    ['255.255.255.0/24', 'no network can use'],
    ['10.0.0.4/32', 'must have a prefix length from /8 to /28'],
  ])('%j is refused: %s', (subnet, why) => {
    const messages = refusals(rules, subnet).join('\n');
    expect(messages).toContain(`sliceSubnet "${subnet}"`);
    expect(messages).toContain(why);
  });

  test('cannot be changed, and says what to do instead', () => {
    expect(refusals(rules, '10.0.0.0/16', '10.0.0.0/16')).toEqual([]);
    expect(refusals(rules, '10.1.0.0/16', '10.0.0.0/16')).toEqual([
      'sliceSubnet cannot be updated from 10.0.0.0/16 to 10.1.0.0/16, because addresses are in use; create another slice',
    ]);
  });

  test('any network address from /8 to /28 is accepted, and with a host bit it is refused for that', () => {
    const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(address, fc.integer({ min: 8, max: 28 }), (ip, prefix) => {
        const network = cidrAround(ip, prefix);
        fc.pre(!['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].some((range) => overlaps(parseCidr(range), network)));
        expect(refusals(rules, formatCidr(network))).toEqual([]);
        const written = `${formatIp(ip)}/${prefix}`;
        const messages = refusals(rules, written);
        if (ip === network.base) expect(messages).toEqual([]);
        else expect(messages).toEqual([expect.stringContaining(`sliceSubnet "${written}" has host bits set; write the network address`)]);
      }),
    );
  });
});

describe('member namespaces', () => {
  test.each([
    ['no profile', undefined, []],
    ['allowed alone', { allowedNamespaces: ['b', 'a'] }, ['a', 'b']],
    ['application alone', { applicationNamespaces: ['b', 'a'] }, ['a', 'b']],
    ['both: application wins', { applicationNamespaces: ['app'], allowedNamespaces: ['guest'] }, ['app']],
    ['an empty list of application namespaces is none', { applicationNamespaces: [], allowedNamespaces: ['guest'] }, ['guest']],
  ])('%s', (_, namespaceIsolationProfile, expected) => {
    const spec = { sliceSubnet: '10.0.0.0/16', ...(namespaceIsolationProfile === undefined ? {} : { namespaceIsolationProfile }) };
    expect(memberNamespaces(spec)).toEqual(expected);
  });
});
