import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../values/failure.ts';
import { withoutStub, withStub } from './corefile.ts';

const stub = { zone: 'slice.local', servers: ['10.96.0.53'] };

const kubeadm = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;

const nodeLocal = `cluster.local:53 {
    errors
    bind 169.254.20.10 10.96.0.10
    forward . __PILLAR__CLUSTER__DNS__
}
.:53 {
    errors
    bind 169.254.20.10 10.96.0.10
    forward . __PILLAR__UPSTREAM__SERVERS__
}
`;

const refusal = (corefile: string): string => {
  try {
    withStub(corefile, stub);
  } catch (error) {
    if (Failure.is(error, 'InvalidInput')) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('the stub', () => {
  test('goes first, and nothing else changes', () => {
    expect(withStub(kubeadm, stub)).toBe(
      `# kubeslice: begin. KubeSlice keeps the lines up to its end; changes to them are lost.
slice.local:53 {
    errors
    forward . 10.96.0.53
}
# kubeslice: end
${kubeadm}`,
    );
  });

  test.each([
    ['port 8053', '.:8053 {\n errors\n}\n', 'slice.local:8053 {\n    errors\n    forward . 10.96.0.53\n}'],
    ['no port', '. {\n errors\n}\n', 'slice.local:53 {\n    errors\n    forward . 10.96.0.53\n}'],
    ['no root block', 'example.org:99 {\n errors\n}\n', 'slice.local:53 {'],
    ['several keys', 'cluster.local:53, dns://.:1053 {\n errors\n}\n', 'slice.local:1053 {'],
    ['bound addresses', nodeLocal, '    errors\n    bind 169.254.20.10 10.96.0.10\n    forward . 10.96.0.53\n}'],
  ])('listens where the rest does: %s', (_, corefile, expected) => {
    expect(withStub(corefile, stub)).toContain(expected);
  });

  test('is replaced where it stands when the server changes', () => {
    const moved = kubeadm + withStub('', stub) + 'example.org {\n}\n';
    const after = withStub(moved, { ...stub, servers: ['10.96.0.99'] });
    expect(after).toBe(moved.replace('10.96.0.53', '10.96.0.99'));
  });

  test('is one, also when a merge has left two', () => {
    const once = withStub(kubeadm, stub);
    expect(withStub(withStub('', stub) + once, stub)).toBe(once);
  });

  test('takes back what somebody changed inside it', () => {
    const once = withStub(kubeadm, stub);
    expect(withStub(once.replace('    errors\n    forward', '    cache 300\n    log\n    forward'), stub)).toBe(once);
  });

  test('does not take what stands after a marker whose end was lost', () => {
    const orphan = `# kubeslice: begin\n${kubeadm}`;
    expect(withStub(orphan, stub)).toBe(withStub('', stub) + orphan);
    expect(withoutStub(withStub(orphan, stub))).toBe(orphan);
  });

  test.each([
    ['slice.local:53 {\n forward . 1.2.3.4\n}\n', 'slice.local:53'],
    ['Slice.Local. {\n}\n', 'Slice.Local.'],
    ['dns://slice.local {\n}\n', 'dns://slice.local'],
    ['svc.slice.local:53 {\n}\n', 'svc.slice.local:53'],
    ['example.org slice.local:53 {\n}\n', 'slice.local:53'],
    ['example.org,\nslice.local {\n}\n', 'slice.local'],
    ['"slice.local" {\n}\n', '"slice.local"'],
  ])('is refused beside %j', (block, key) => {
    expect(refusal(kubeadm + block)).toBe(
      `The cluster's CoreDNS configuration already has a server block "${key}" of its own; remove it, and KubeSlice will serve slice.local there.`,
    );
  });

  test.each([
    ['its own block, marked', withStub(kubeadm, stub)],
    ['a comment', `# slice.local:53 {\n${kubeadm}`],
    ['an argument of a plugin', '. {\n forward slice.local 1.2.3.4\n rewrite name a slice.local\n}\n'],
    ['a zone above', 'local {\n}\n'],
    ['a zone that ends alike', 'myslice.local {\n}\n'],
    ['a snippet', '(slice.local) {\n errors\n}\n. {\n import slice.local\n}\n'],
    ['an import', 'import custom/*.server\n. {\n}\n'],
    ['a brace in quotes', '. {\n template IN A {\n  match "^slice.local {$"\n  answer "{{ .Name }} 60 IN A 1.2.3.4"\n }\n}\n'],
    ['a variable', '{$ZONE}:53 {\n errors\n}\n'],
    ['nothing', ''],
  ])('is accepted beside %s', (_, corefile) => {
    expect(refusal(corefile)).toBe('accepted');
  });

  test.each([['.:53\nerrors\nforward . 1.2.3.4\n'], ['.:53 {\n errors\n']])('is refused when %j leaves no room', (corefile) => {
    expect(refusal(corefile)).toContain('without closed braces');
  });
});

test('any file is as it was after the stub was set, set again, and taken out', () => {
  const line = fc.constantFrom(
    '. {',
    '}',
    'errors',
    '',
    '# x',
    'a.b:53, c {',
    'import x',
    '"q {',
    'log {',
    '\r',
    '# kubeslice: begin',
    '# kubeslice: end',
    ' }',
  );
  const file = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
    .map(([lines, newline]) => lines.join('\n') + (newline ? '\n' : ''));
  fc.assert(
    fc.property(file, (corefile) => {
      const before = withoutStub(corefile);
      let once: string;
      try {
        once = withStub(before, stub);
      } catch (error) {
        if (Failure.is(error, 'InvalidInput')) return;
        throw error;
      }
      expect(withStub(once, stub)).toBe(once);
      expect(withoutStub(once)).toBe(before);
    }),
    { numRuns: 2000 },
  );
});
