import { describe, expect, test } from 'vitest';
import type { Pod } from '../../values/builtin/pod.ts';
import type { Service } from '../../values/builtin/service.ts';
import { withStub } from './corefile.ts';
import { dnsServices, findConfiguration } from './find-configuration.ts';
import { type ClusterDns, type ClusterDnsAction, type DnsConfigMap, type OtherCorefile, planClusterDns } from './plan.ts';

/*
 * What distributions have, as their charts and installers write it: each is wired, a second time changes nothing, and taking it back gives what there was.
 */

const stub = { zone: 'slice.local', servers: ['10.43.0.53'] };

const rke2 = `.:53 {
    errors
    health  {
        lameduck 10s
    }
    ready
    kubernetes  cluster.local  cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    prometheus  0.0.0.0:9153
    forward  . /etc/resolv.conf
    cache  30
    loop
    reload
    loadbalance
}`;
const nodeLocal = `cluster.local:53 {
    errors
    cache {
            success 9984 30
            denial 9984 5
    }
    reload
    loop
    bind 169.254.20.10 10.43.0.10
    forward . __PILLAR__CLUSTER__DNS__ {
            force_tcp
    }
    prometheus :9253
    health 169.254.20.10:8080
}
.:53 {
    errors
    cache 30
    reload
    loop
    bind 169.254.20.10 10.43.0.10
    forward . __PILLAR__UPSTREAM__SERVERS__
    prometheus :9253
}
`;
/** k3s: the Corefile imports what is in coredns-custom. */
const k3s = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    hosts /etc/coredns/NodeHosts {
      ttl 60
      reload 15s
      fallthrough
    }
    prometheus :9153
    cache 30
    loop
    reload
    loadbalance
    import /etc/coredns/custom/*.override
    forward . /etc/resolv.conf
}
import /etc/coredns/custom/*.server
`;
/** AKS: the same door; the ConfigMap for it is there, and empty. */
const aks = `.:53 {
    errors
    ready
    health {
      lameduck 5s
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
      ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
    import custom/*.override
    template ANY ANY internal.cloudapp.net {
      match "^(?:[^.]+\\.){4,}internal\\.cloudapp\\.net\\.$"
      rcode NXDOMAIN
      fallthrough
    }
}
import custom/*.server
`;

const map = (data?: Record<string, string>, labels?: Record<string, string>): DnsConfigMap => ({
  metadata: labels === undefined ? {} : { labels },
  ...(data === undefined ? {} : { data }),
});
const other = (configMap: string, text: string, namespace = 'kube-system'): OtherCorefile => ({
  namespace,
  configMap,
  map: map({ Corefile: text }),
});
const none: ClusterDns = { main: undefined, custom: undefined };
const operator = (spec: object): ClusterDns => ({
  ...none,
  operator: { apiVersion: 'operator.openshift.io/v1', kind: 'DNS', metadata: { name: 'default' }, spec },
});

const patched = (seen: DnsConfigMap | undefined, data: Readonly<Record<string, string | null>>): DnsConfigMap => {
  const next = Object.entries({ ...seen?.data, ...data }).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
  // An API server leaves out a map without entries.
  return { metadata: seen?.metadata ?? {}, ...(next.length === 0 ? {} : { data: Object.fromEntries(next) }) };
};
const change = (
  state: ClusterDns,
  name: string,
  namespace: string | undefined,
  with_: (seen: DnsConfigMap | undefined) => DnsConfigMap | undefined,
): ClusterDns => {
  if (name === 'coredns-custom') return { ...state, custom: with_(state.custom) };
  if (name === 'kube-dns') return { ...state, kubeDns: { runs: true, map: with_(state.kubeDns?.map) } };
  if (namespace === undefined) return { ...state, main: with_(state.main) };
  return {
    ...state,
    others: (state.others ?? []).map((one) =>
      one.configMap === name && one.namespace === namespace ? { ...one, map: with_(one.map) as DnsConfigMap } : one,
    ),
  };
};
const after = (seen: ClusterDns, actions: readonly ClusterDnsAction[]): ClusterDns =>
  actions.reduce<ClusterDns>((state, action) => {
    switch (action.kind) {
      case 'servers': {
        const { servers: _, ...spec } = state.operator?.spec ?? {};
        const servers = action.servers === null ? {} : { servers: action.servers };
        return { ...state, operator: { ...(state.operator as NonNullable<ClusterDns['operator']>), spec: { ...spec, ...servers } } };
      }
      case 'create':
        return change(state, action.configMap, undefined, () => map({ ...action.data }, { ...action.labels }));
      case 'delete':
        return change(state, action.configMap, undefined, () => undefined);
      case 'patch':
        break;
    }
    return change(state, action.configMap, action.namespace, (one) => patched(one, action.data));
  }, seen);

const entry = '"slice.local":["10.43.0.53"]';

describe('each distribution is wired where it reads', () => {
  test.each<[string, ClusterDns, ClusterDnsAction[]]>([
    [
      'RKE2',
      { ...none, others: [other('rke2-coredns-rke2-coredns', rke2)] },
      [{ kind: 'patch', namespace: 'kube-system', configMap: 'rke2-coredns-rke2-coredns', data: { Corefile: withStub(rke2, stub) } }],
    ],
    [
      'CoreDNS by Helm, in a namespace of its own',
      { ...none, others: [other('names-coredns', rke2, 'dns')] },
      [{ kind: 'patch', namespace: 'dns', configMap: 'names-coredns', data: { Corefile: withStub(rke2, stub) } }],
    ],
    [
      'the cache on each node, which answers before CoreDNS',
      {
        main: map({ Corefile: k3s }),
        custom: map({ [`kubeslice.server`]: withStub('', stub, k3s) }),
        others: [other('node-local-dns', nodeLocal)],
      },
      [{ kind: 'patch', namespace: 'kube-system', configMap: 'node-local-dns', data: { Corefile: withStub(nodeLocal, stub) } }],
    ],
    [
      'k3s',
      { main: map({ Corefile: k3s }), custom: undefined },
      [
        {
          kind: 'create',
          configMap: 'coredns-custom',
          labels: { 'app.kubernetes.io/managed-by': 'kubeslice' },
          data: { 'kubeslice.server': withStub('', stub, k3s) },
        },
      ],
    ],
    [
      'AKS',
      { main: map({ Corefile: aks }), custom: map(undefined, { 'kubernetes.io/cluster-service': 'true' }) },
      [{ kind: 'patch', configMap: 'coredns-custom', data: { 'kubeslice.server': withStub('', stub, aks) } }],
    ],
    [
      'kube-dns, as GKE leaves it',
      { ...none, kubeDns: { runs: true, map: map(undefined, { 'addonmanager.kubernetes.io/mode': 'EnsureExists' }) } },
      [{ kind: 'patch', configMap: 'kube-dns', data: { stubDomains: `{${entry}}\n\n` } }],
    ],
    [
      'kube-dns without a ConfigMap',
      { ...none, kubeDns: { runs: true, map: undefined } },
      [
        {
          kind: 'create',
          configMap: 'kube-dns',
          labels: { 'app.kubernetes.io/managed-by': 'kubeslice' },
          data: { stubDomains: `{${entry}}\n\n` },
        },
      ],
    ],
    [
      'kube-dns with zones of others',
      { ...none, kubeDns: { runs: true, map: map({ stubDomains: '{"acme.local": ["1.2.3.4"]}\n', upstreamNameservers: '["8.8.8.8"]' }) } },
      [{ kind: 'patch', configMap: 'kube-dns', data: { stubDomains: `{${entry},"acme.local": ["1.2.3.4"]}\n` } }],
    ],
    [
      'kube-dns with an empty list',
      { ...none, kubeDns: { runs: true, map: map({ stubDomains: '{ }' }) } },
      [{ kind: 'patch', configMap: 'kube-dns', data: { stubDomains: `{${entry} }` } }],
    ],
    [
      'OpenShift',
      operator({ logLevel: 'Normal' }),
      [{ kind: 'servers', servers: [{ name: 'kubeslice', zones: ['slice.local'], forwardPlugin: { upstreams: ['10.43.0.53'] } }] }],
    ],
    [
      'OpenShift with a server of others',
      operator({ servers: [{ name: 'acme', zones: ['acme.corp'], forwardPlugin: { upstreams: ['1.1.1.1'] } }] }),
      [
        {
          kind: 'servers',
          servers: [
            { name: 'acme', zones: ['acme.corp'], forwardPlugin: { upstreams: ['1.1.1.1'] } },
            { name: 'kubeslice', zones: ['slice.local'], forwardPlugin: { upstreams: ['10.43.0.53'] } },
          ],
        },
      ],
    ],
  ])('%s', (_, seen, actions) => {
    expect(planClusterDns(seen, stub)).toEqual(actions);
    const wired = after(seen, actions);
    expect(planClusterDns(wired, stub)).toEqual([]);
    const moved = after(wired, planClusterDns(wired, { ...stub, servers: ['10.43.0.99'] }));
    expect(JSON.stringify(moved)).not.toContain('10.43.0.53');
    expect(planClusterDns(seen, undefined).filter(() => seen.custom?.data === undefined)).toEqual([]);
    const left = after(moved, planClusterDns(moved, undefined));
    expect(left).toEqual(seen.custom?.data === undefined ? seen : { ...seen, custom: map() });
  });

  test.each<[string, ClusterDns, string]>([
    ['another Corefile', { ...none, others: [other('x', `${rke2}\nslice.local {\n}\n`)] }, 'already has a server block "slice.local"'],
    [
      'kube-dns',
      { ...none, kubeDns: { runs: true, map: map({ stubDomains: '{"slice.local": ["1.2.3.4"]}' }) } },
      'already have "slice.local"',
    ],
    ['OpenShift', operator({ servers: [{ name: 'acme', zones: ['svc.slice.local'] }] }), 'already has a server "acme" for "slice.local"'],
    ['a list that cannot be read', { ...none, kubeDns: { runs: true, map: map({ stubDomains: 'acme.local' }) } }, 'not a JSON object'],
    ['a list that begins elsewhere', { ...none, kubeDns: { runs: true, map: map({ stubDomains: ' {}' }) } }, 'do not begin with a brace'],
  ])('somebody else has the zone in %s: refused', (_, seen, message) => {
    expect(() => planClusterDns(seen, stub)).toThrow(message);
  });

  test('kube-dns that was replaced by CoreDNS is forgotten', () => {
    const seen: ClusterDns = {
      main: map({ Corefile: rke2 }),
      custom: undefined,
      kubeDns: { runs: false, map: map({ stubDomains: `{${entry}}\n\n` }) },
    };
    expect(planClusterDns(seen, stub).filter((action) => action.kind !== 'servers' && action.configMap === 'kube-dns')).toEqual([
      { kind: 'patch', configMap: 'kube-dns', data: { stubDomains: null } },
    ]);
  });
});

describe('what cluster DNS reads is seen from its pods', () => {
  const service = (name: string, port = 53): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'dns', name },
    spec: { selector: { app: name }, ports: [{ port }] },
  });
  const pod = (container: string, configMap?: string, key = 'Corefile'): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'dns', name: 'x' },
    spec: {
      containers: [{ name: container }],
      volumes: configMap === undefined ? [] : [{ name: 'config', configMap: { name: configMap, items: [{ key, path: key }] } }],
    },
  });

  const whole = (container: string, configMap: string): Pod => ({
    ...pod(container),
    spec: { containers: [{ name: container }], volumes: [{ name: 'config', configMap: { name: configMap } }] },
  });

  test.each<[string, Pod[], ReturnType<typeof findConfiguration>]>([
    [
      'CoreDNS of any name',
      [pod('coredns', 'names-coredns'), pod('coredns', 'names-coredns')],
      { corefiles: [{ namespace: 'dns', name: 'names-coredns' }], maybe: [], kubeDns: false },
    ],
    ['kube-dns', [pod('kubedns', 'kube-dns', 'stubDomains')], { corefiles: [], maybe: [], kubeDns: true }],
    [
      'CoreDNS that mounts its ConfigMap as a whole',
      [whole('coredns', 'own-coredns')],
      { corefiles: [], maybe: [{ namespace: 'dns', name: 'own-coredns' }], kubeDns: false },
    ],
    ['something else', [pod('unbound', 'unbound', 'unbound.conf')], { corefiles: [], maybe: [], kubeDns: false }],
    ['nothing', [], { corefiles: [], maybe: [], kubeDns: false }],
  ])('%s', (_, pods, found) => expect(findConfiguration(pods)).toEqual(found));

  test('only Services that answer names count, each once', () => {
    expect(dnsServices([service('a'), service('b', 80), service('a'), { ...service('c'), spec: { ports: [{ port: 53 }] } }])).toEqual([
      service('a'),
    ]);
  });
});
