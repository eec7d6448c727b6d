import { describe, expect, test } from 'vitest';
import { withStub } from './corefile.ts';
import { type ClusterDns, type ClusterDnsAction, type DnsConfigMap, planClusterDns } from './plan.ts';
import { withoutStubDomain, withStubDomain } from './stub-domains.ts';

const stub = { zone: 'slice.local', servers: ['10.96.0.53'] };
const plain = '.:53 {\n    errors\n}\n';
const importing = `${plain}import /etc/coredns/custom/*.server\n`;
const gardener = '.:8053 {\n    import custom/*.override\n}\nimport custom/*.server\n';
const map = (data: Record<string, string>, labels?: Record<string, string>): DnsConfigMap => ({
  metadata: labels === undefined ? {} : { labels },
  data,
});
const main = (corefile: string): DnsConfigMap => map({ Corefile: corefile });
const mine = { 'app.kubernetes.io/managed-by': 'kubeslice' };

/** What the two ConfigMaps are once the actions are done. */
const after = (seen: ClusterDns, actions: readonly ClusterDnsAction[]): ClusterDns =>
  actions.reduce<ClusterDns>((state, action) => {
    if (action.kind === 'servers') return state;
    const which = action.configMap === 'coredns' ? 'main' : 'custom';
    if (action.kind === 'delete') return { ...state, [which]: undefined };
    if (action.kind === 'create') return { ...state, [which]: map({ ...action.data }, { ...action.labels }) };
    const data = Object.entries({ ...state[which]?.data, ...action.data }).flatMap(([key, value]) =>
      value === null ? [] : [[key, value] as const],
    );
    return { ...state, [which]: { metadata: state[which]?.metadata ?? {}, data: Object.fromEntries(data) } };
  }, seen);

describe('cluster DNS', () => {
  test.each<[string, ClusterDns, ClusterDnsAction[]]>([
    [
      'plain: the block goes into the Corefile',
      { main: main(plain), custom: undefined },
      [{ kind: 'patch', configMap: 'coredns', data: { Corefile: withStub(plain, stub) } }],
    ],
    [
      'with an import: a ConfigMap is made for it',
      { main: main(importing), custom: undefined },
      [{ kind: 'create', configMap: 'coredns-custom', labels: mine, data: { 'kubeslice.server': withStub('', stub) } }],
    ],
    [
      'with an import and a ConfigMap of the user: one key is added, with the port of the rest',
      { main: main(gardener), custom: map({ 'other.server': 'example.org:8053 {\n}\n' }) },
      [{ kind: 'patch', configMap: 'coredns-custom', data: { 'kubeslice.server': withStub('', stub, gardener) } }],
    ],
    [
      'an import that was added later: the block moves there',
      { main: main(withStub(importing, stub)), custom: map({}) },
      [
        { kind: 'patch', configMap: 'coredns', data: { Corefile: importing } },
        { kind: 'patch', configMap: 'coredns-custom', data: { 'kubeslice.server': withStub('', stub) } },
      ],
    ],
    [
      'an import that was removed: the block moves back',
      { main: main(plain), custom: map({ 'kubeslice.server': withStub('', stub) }, mine) },
      [
        { kind: 'patch', configMap: 'coredns', data: { Corefile: withStub(plain, stub) } },
        { kind: 'delete', configMap: 'coredns-custom' },
      ],
    ],
  ])('%s', (_, seen, actions) => {
    expect(planClusterDns(seen, stub)).toEqual(actions);
    expect(planClusterDns(after(seen, actions), stub)).toEqual([]);
  });

  test.each<[string, ClusterDns]>([
    ['plain', { main: main(plain), custom: undefined }],
    ['an import', { main: main(importing), custom: undefined }],
    ['an import and keys of the user', { main: main(gardener), custom: map({ 'other.server': 'example.org {\n}\n' }) }],
    ['an empty ConfigMap of the user', { main: main(importing), custom: map({}) }],
    ['no cluster DNS', { main: undefined, custom: undefined }],
  ])('forgets everything again: %s', (_, seen) => {
    expect(planClusterDns(seen, undefined)).toEqual([]);
    if (seen.main === undefined) return;
    const installed = after(seen, planClusterDns(seen, stub));
    expect(after(installed, planClusterDns(installed, undefined))).toEqual(seen);
  });

  test.each([[undefined], [map({})]])('that is configured nowhere that is known is refused with the lines to add', (found) => {
    expect(() => planClusterDns({ main: found, custom: undefined }, stub)).toThrow(
      'add by hand: in a Corefile\nslice.local:53 {\n    errors\n    forward . 10.96.0.53\n}\nor in the stubDomains of kube-dns\n{"slice.local": ["10.96.0.53"]}',
    );
  });

  test.each<[string, ClusterDns, string]>([
    ['in the Corefile', { main: main(`${plain}slice.local {\n}\n`), custom: undefined }, '"slice.local" of its own;'],
    [
      'in the Corefile, with an import',
      { main: main(`${importing}slice.local {\n}\n`), custom: undefined },
      '"slice.local" of its own in Corefile;',
    ],
    [
      'in the imported ConfigMap',
      { main: main(importing), custom: map({ 'x.server': 'slice.local:53 {\n}\n' }) },
      '"slice.local:53" of its own in x.server;',
    ],
  ])('where somebody else serves the zone %s is refused', (_, seen, sentence) => {
    expect(() => planClusterDns(seen, stub)).toThrow(sentence);
  });

  test('does not mind what is not a server in the imported ConfigMap', () => {
    expect(planClusterDns({ main: main(importing), custom: map({ 'x.override': 'slice.local {\n}\n' }) }, stub)).toHaveLength(1);
  });
});

describe('a second zone', () => {
  const also = 'clusterset.local';
  const two = { ...stub, also };
  const zonesIn = (seen: ClusterDns): string | undefined => {
    const action = planClusterDns(seen, two).find(({ kind }) => kind !== 'delete');
    return action?.kind === 'servers'
      ? JSON.stringify(action.servers)
      : JSON.stringify(action === undefined ? '' : 'data' in action ? action.data : '');
  };

  test.each<[string, ClusterDns]>([
    ['a Corefile', { main: main(plain), custom: undefined }],
    ['a ConfigMap for additions', { main: main(importing), custom: undefined }],
    ['another Corefile', { main: undefined, custom: undefined, others: [{ namespace: 'dns', configMap: 'x', map: main(plain) }] }],
    ['kube-dns', { main: undefined, custom: undefined, kubeDns: { runs: true, map: map({ stubDomains: '{"acme.local": ["1.2.3.4"]}' }) } }],
    ['the DNS operator', { main: undefined, custom: undefined, operator: { apiVersion: '', kind: 'DNS', metadata: { name: 'default' } } }],
  ])('is forwarded by %s, too', (_, seen) => {
    expect(zonesIn(seen)).toMatch(/slice\.local.*clusterset\.local/);
  });

  test.each<[string, ClusterDns]>([
    ['a block', { main: main(`clusterset.local:53 {\n    forward . 10.0.0.9\n}\n${plain}`), custom: undefined }],
    ['a plugin', { main: main('.:53 {\n    multicluster clusterset.local\n}\n'), custom: undefined }],
    ['an addition', { main: main(importing), custom: map({ 'their.server': 'clusterset.local:53 {\n}\n' }) }],
    [
      'kube-dns',
      { main: undefined, custom: undefined, kubeDns: { runs: true, map: map({ stubDomains: '{"clusterset.local": ["1.2.3.4"]}' }) } },
    ],
    [
      'the DNS operator',
      {
        main: undefined,
        custom: undefined,
        operator: {
          apiVersion: '',
          kind: 'DNS',
          metadata: { name: 'default' },
          spec: { servers: [{ name: 'theirs', zones: ['clusterset.local'], forwardPlugin: { upstreams: ['10.0.0.9'] } }] },
        },
      },
    ],
  ])('is left to %s that serves it', (_, seen) => {
    const planned = JSON.stringify(planClusterDns(seen, two));
    expect(planned).toBe(JSON.stringify(planClusterDns(seen, stub)));
    expect(planned).toContain('slice.local');
  });

  test('comes and goes with the block, and is taken back byte for byte', () => {
    for (const corefile of [plain, importing, gardener]) {
      const before: ClusterDns = { main: main(corefile), custom: undefined };
      const one = after(before, planClusterDns(before, stub));
      const both = after(one, planClusterDns(one, two));
      expect(JSON.stringify(both)).toContain('slice.local:');
      expect(JSON.stringify(both)).toMatch(/ clusterset\.local:(53|8053) \{/);
      expect(planClusterDns(both, two)).toEqual([]);
      expect(after(both, planClusterDns(both, stub))).toEqual(one);
      expect(after(both, planClusterDns(both, undefined))).toEqual(before);
    }
  });

  test('is taken back from kube-dns byte for byte', () => {
    for (const text of ['{}', '{"acme.local": ["1.2.3.4"]}\n']) {
      const both = withStubDomain(text, two);
      expect(JSON.parse(both)).toMatchObject({ 'slice.local': stub.servers, 'clusterset.local': stub.servers });
      expect([withStubDomain(both, two), withStubDomain(withStubDomain(text, stub), two)]).toEqual([both, both]);
      expect(withoutStubDomain(both, stub.zone)).toBe(text);
    }
  });
});
