import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { memberNamespace } from '../../src/api/places.ts';
import { stubKey } from '../../src/api/stub-block.ts';
import { planCrds } from '../../src/install/crds.ts';
import { resourceKindOf } from '../../src/install/kinds.ts';
import { planMember } from '../../src/install/member.ts';
import { memberDefaults } from '../../src/install/options.ts';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import { fixedToken } from '../../src/kubernetes/credentials/token-source.ts';
import { type RealApi, realPrograms, startRealApi } from '../../src/kubernetes/fixtures/real-api.ts';
import {
  configMapKind,
  customResourceDefinitionKind,
  dnsOperatorKind,
  serviceAccountKind,
  type TokenRequest,
  validatingAdmissionPolicyKind,
} from '../../src/kubernetes/kinds.ts';
import { withoutStub, withStub } from '../../src/plan/cluster-dns/corefile.ts';
import { withoutStubDomain, withStubDomain } from '../../src/plan/cluster-dns/stub-domains.ts';

/*
 * F11: the worker's account could write any Corefile, so that a worker that was taken over answered for every Service of its cluster.
 */

const programs = realPrograms();
if (typeof programs === 'string') console.log(`skipped: what the worker may write of cluster DNS: ${programs}`);
const signal = AbortSignal.timeout(110_000);
const call = { signal };
const stub = { zone: 'slice.local', also: 'clusterset.local', servers: ['10.96.0.53'] };
const corefile = `.:1053 {
    errors
    bind 169.254.20.10 10.96.0.10
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
    }
    forward . /etc/resolv.conf
    cache 30
}
`;

describe.skipIf(typeof programs === 'string' && process.env.CI === undefined)('the worker, on a real API server', () => {
  let api: RealApi;
  let admin: Client;
  let worker: Client;
  const target = (name: string) => ({ name, namespace: 'kube-system' });
  const write = (name: string, data: Record<string, string | null>): Promise<unknown> =>
    worker.mergePatch(configMapKind, target(name), { data }, call);

  beforeAll(async () => {
    if (typeof programs === 'string') throw new Error(programs);
    api = await startRealApi(programs);
    admin = createClient(api.connection, { fieldManager: 'admin' });
    for (const one of [...planCrds('member'), ...planMember(memberDefaults('image'))]) await admin.apply(resourceKindOf(one), one, call);
    const request: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
    const account = { name: 'kubeslice-worker', namespace: memberNamespace };
    const { status } = await admin.createSubresource(serviceAccountKind, account, 'token', request, call);
    worker = createClient(
      { ...api.connection, credential: { kind: 'token', token: fixedToken(status?.token ?? '') } },
      { fieldManager: 'w' },
    );
    await admin.create(
      configMapKind,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: target('coredns'), data: { Corefile: corefile } },
      call,
    );
    // Policies take effect a moment after they are written.
    await vi.waitFor(
      () =>
        expect(worker.mergePatch(configMapKind, target('coredns'), { data: { Corefile: 'x' } }, { ...call, dryRun: true })).rejects.toThrow(
          'nothing of the Corefile',
        ),
      { timeout: 20_000 },
    );
  });
  afterAll(async () => {
    worker?.close();
    admin?.close();
    await api?.stop();
  });
  beforeEach(async () => {
    await admin.mergePatch(
      configMapKind,
      target('coredns'),
      { data: { Corefile: corefile, other: 'kept' }, metadata: { labels: { a: 'b' } } },
      call,
    );
  });

  it('finds no fault in the expressions', async () => {
    const { items } = await admin.list(validatingAdmissionPolicyKind, call);
    expect(items.flatMap((item) => item.status?.typeChecking?.expressionWarnings ?? [])).toEqual([]);
  });

  it('sets its block, changes it, mends it and takes it out, byte for byte', async () => {
    const written = withStub(corefile, { ...stub, also: undefined });
    expect(written).toContain('bind 169.254.20.10');
    await write('coredns', { Corefile: written });
    const moved = withStub(written, { ...stub, servers: ['10.96.7.7', 'fd00::53'] });
    await write('coredns', { Corefile: moved });
    await admin.mergePatch(
      configMapKind,
      target('coredns'),
      { data: { Corefile: `# first\n${moved.replace('errors', 'log')}# last\n` } },
      call,
    );
    const edited = (await admin.get(configMapKind, target('coredns'), call)).data?.Corefile ?? '';
    await write('coredns', { Corefile: withStub(edited, stub) });
    await write('coredns', { Corefile: withoutStub(edited) });
    expect((await admin.get(configMapKind, target('coredns'), call)).data?.Corefile).toBe(`# first\n${corefile}# last\n`);
  });

  const own = withStub(corefile, stub).slice(0, -corefile.length);
  it.each<[string, string]>([
    ['another upstream', corefile.replace('/etc/resolv.conf', '192.0.2.66')],
    ['another zone of its own', `evil.example:53 {\n    forward . 192.0.2.66\n}\n${corefile}`],
    ['another zone in its block', own.replace('slice.local', 'cluster.local') + corefile],
    ['a wider zone in its block', own.replace('slice.local', 'local') + corefile],
    ['another directive in its block', own.replace('    errors\n', '    errors\n    rewrite name regex (.*) evil.example\n') + corefile],
    ['a file to forward to', own.replace('10.96.0.53', '/etc/passwd') + corefile],
    ['a name to forward to', own.replace('10.96.0.53', 'tls://evil.example') + corefile],
    ['another second zone', own.replace('clusterset.local', 'cluster.local') + corefile],
    ['a third zone', own.replace(' {', ' evil.example:1053 {') + corefile],
    ['a second port on which nobody listens', own.replace('clusterset.local:1053', 'clusterset.local:1054') + corefile],
    ['a second block', own + own + corefile],
    ['a port on which nobody listens', own.replace(':1053', ':1054') + corefile],
    ['an address on which nobody listens', own.replace('169.254.20.10', '169.254.20.11') + corefile],
    ['its block inside of another', corefile.replace('    cache 30\n', `${own}    cache 30\n`)],
    ['its block inside of a line', corefile.replace('forward . /etc', `forward . ${own}/etc`)],
    ['a block without its end', own.replace('# kubeslice: end\n', '') + corefile],
    ['nothing', ''],
    ['rules hidden between its marks', corefile.replace('.:1053', '# kubeslice: begin\n.:1053').replace(/}\n$/, '}\n# kubeslice: end\n')],
  ])('may not write %s', async (_, text) => {
    await expect(write('coredns', { Corefile: text })).rejects.toThrow('nothing of the Corefile but its own block');
    expect((await admin.get(configMapKind, target('coredns'), call)).data?.Corefile).toBe(corefile);
  });

  it.each<[string, object, string]>([
    ['another key', { data: { other: 'changed' } }, 'no key of ConfigMap coredns'],
    ['a new key', { data: { more: 'x' } }, 'no key of ConfigMap coredns'],
    ['the removal of a key', { data: { other: null } }, 'no key of ConfigMap coredns'],
    ['binary content', { binaryData: { x: 'eA==' } }, 'no key of ConfigMap coredns'],
    ['labels', { metadata: { labels: { a: 'c' } } }, 'no labels'],
    [
      'owners, by which it would be deleted',
      { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'x' }] } },
      'no labels',
    ],
    ['finalizers', { metadata: { finalizers: ['evil.example/stays'] } }, 'no labels'],
    ['that it may never be changed again', { immutable: true }, 'no labels'],
  ])('may not change %s', async (_, patch, refusal) => {
    await expect(worker.mergePatch(configMapKind, target('coredns'), patch, call)).rejects.toThrow(refusal);
  });

  it('keeps to its key of the ConfigMap for additions', async () => {
    const make = (data: Record<string, string>) =>
      worker.create(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: target('coredns-custom'), data }, call);
    const block = withStub('', stub, corefile);
    await expect(make({ [stubKey]: block, 'evil.server': 'x' })).rejects.toThrow('only while it holds nothing but');
    await expect(make({ [stubKey]: `${block}evil.example {\n}\n` })).rejects.toThrow('one block of KubeSlice');
    await make({ [stubKey]: block });
    await write('coredns-custom', { [stubKey]: withStub('', { ...stub, servers: ['10.96.0.54'] }, corefile) });
    await expect(write('coredns-custom', { [stubKey]: block.replace('slice.local', '.') })).rejects.toThrow('one block of KubeSlice');
    await expect(write('coredns-custom', { 'evil.override': 'forward . 192.0.2.66' })).rejects.toThrow(
      'no key of ConfigMap coredns-custom',
    );
    await admin.mergePatch(configMapKind, target('coredns-custom'), { data: { 'theirs.server': 'kept' } }, call);
    await expect(worker.delete(configMapKind, target('coredns-custom'), call)).rejects.toThrow('only while it holds nothing but');
    await write('coredns-custom', { [stubKey]: null });
    await admin.mergePatch(configMapKind, target('coredns-custom'), { data: { 'theirs.server': null } }, call);
    await worker.delete(configMapKind, target('coredns-custom'), call);
  });

  it('keeps to its block in the Corefile of any other ConfigMap that it was given the right to', async () => {
    const make = (name: string, data: Record<string, string>) =>
      admin.create(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: target(name), data }, call);
    await make('rke2-coredns-rke2-coredns', { Corefile: corefile });
    await write('rke2-coredns-rke2-coredns', { Corefile: withStub(corefile, stub) });
    await expect(write('rke2-coredns-rke2-coredns', { Corefile: corefile.replace('cache 30', 'cache 31') })).rejects.toThrow(
      'nothing of the Corefile but its own block',
    );
    await expect(write('rke2-coredns-rke2-coredns', { more: 'x' })).rejects.toThrow('no key of ConfigMap rke2-coredns-rke2-coredns');
    await make('node-local-dns', { 'Corefile.base': corefile });
    await expect(write('node-local-dns', { Corefile: own })).rejects.toThrow('no ConfigMap of others but one with a Corefile');
  });

  describe('kube-dns', () => {
    const entry = '"slice.local":["10.96.0.53"]';
    const second = '"clusterset.local":["10.96.0.53"]';
    const domains = (text: string | null) => write('kube-dns', { stubDomains: text });
    const start = async (stubDomains: string | undefined) => {
      await admin.delete(configMapKind, target('kube-dns'), call).catch(() => undefined);
      const data = { other: 'kept', ...(stubDomains === undefined ? {} : { stubDomains }) };
      await admin.create(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: target('kube-dns'), data }, call);
    };
    const text = async () => (await admin.get(configMapKind, target('kube-dns'), call)).data?.stubDomains;

    it.each([undefined, '{}', '{"acme.local": ["1.2.3.4"]}\n'])(
      'beside %j an entry is set, changed and taken out, byte for byte',
      async (before) => {
        await start(before);
        await domains(withStubDomain(before, { ...stub, also: undefined }));
        await domains(withStubDomain(await text(), { ...stub, servers: ['10.96.7.7', 'fd00::53'] }));
        await domains(withoutStubDomain(await text(), stub.zone) ?? null);
        expect(await text()).toBe(before);
      },
    );

    it.each([
      ['another zone', `{"evil.example":["192.0.2.66"],"acme.local": ["1.2.3.4"]}`],
      ['a zone of others', `{${entry},"acme.local": ["192.0.2.66"]}`],
      ['the second zone twice', `{${entry},${second},${second},"acme.local": ["1.2.3.4"]}`],
      ['the second zone alone', `{${second},"acme.local": ["1.2.3.4"]}`],
      ['two entries', `{${entry},${entry},"acme.local": ["1.2.3.4"]}`],
      ['a name to hand on to', `{"slice.local":["evil.example"],"acme.local": ["1.2.3.4"]}`],
      ['what kube-dns cannot read', `{${entry}"acme.local": ["1.2.3.4"]}`],
      ['nothing', null],
    ])('may not write %s', async (_, wrong) => {
      await start('{"acme.local": ["1.2.3.4"]}');
      await expect(domains(wrong)).rejects.toThrow('nothing of stubDomains but its own entry');
    });

    it('another key is not its own, and the ConfigMap only while it holds nothing else', async () => {
      await start(undefined);
      await expect(write('kube-dns', { upstreamNameservers: '["192.0.2.66"]' })).rejects.toThrow('no key of ConfigMap kube-dns');
      await expect(worker.delete(configMapKind, target('kube-dns'), call)).rejects.toThrow('only while it holds nothing but');
      await admin.delete(configMapKind, target('kube-dns'), call);
      const make = (data: Record<string, string>) =>
        worker.create(configMapKind, { apiVersion: 'v1', kind: 'ConfigMap', metadata: target('kube-dns'), data }, call);
      await expect(make({ upstreamNameservers: '["192.0.2.66"]' })).rejects.toThrow('only while it holds nothing but');
      await expect(make({ stubDomains: '{"evil.example":["192.0.2.66"]}' })).rejects.toThrow('nothing of stubDomains');
      await make({ stubDomains: withStubDomain(undefined, stub) });
      await worker.delete(configMapKind, target('kube-dns'), call);
    });
  });

  it('keeps to its server of the DNS operator', async () => {
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    await admin.create(
      customResourceDefinitionKind,
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'dnses.operator.openshift.io' },
        spec: {
          group: 'operator.openshift.io',
          scope: 'Cluster',
          names: { plural: 'dnses', singular: 'dns', kind: 'DNS', listKind: 'DNSList' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
        },
      } as never,
      call,
    );
    const acme = { name: 'acme', zones: ['acme.corp'], forwardPlugin: { upstreams: ['1.1.1.1'] } };
    const ours = { name: 'kubeslice', zones: ['slice.local'], forwardPlugin: { upstreams: ['10.96.0.53'] } };
    await vi.waitFor(
      () =>
        admin.create(
          dnsOperatorKind,
          { apiVersion: 'operator.openshift.io/v1', kind: 'DNS', metadata: { name: 'default' }, spec: { servers: [acme] } },
          call,
        ),
      { timeout: 20_000 },
    );
    const set = (servers: readonly object[] | null) => worker.mergePatch(dnsOperatorKind, { name: 'default' }, { spec: { servers } }, call);
    await set([acme, { ...ours, zones: ['slice.local', 'clusterset.local'] }]);
    await set([acme, ours]);
    await expect(set([ours])).rejects.toThrow('nothing of the DNS operator but its own server');
    await expect(set([{ ...acme, zones: ['evil.example'] }, ours])).rejects.toThrow('nothing of the DNS operator but its own server');
    await expect(set([acme, { ...ours, zones: ['evil.example'] }])).rejects.toThrow('may forward its zone to addresses');
    await expect(set([acme, { ...ours, forwardPlugin: { upstreams: ['evil.example'] } }])).rejects.toThrow(
      'may forward its zone to addresses',
    );
    await expect(worker.mergePatch(dnsOperatorKind, { name: 'default' }, { spec: { logLevel: 'Trace' } }, call)).rejects.toThrow(
      'nothing of the DNS operator',
    );
    await set([acme]);
  });
});
