import { describe, expect, test } from 'vitest';
import { answer } from './answer.ts';
import { Zone } from './zone.ts';

const zone = new Zone({ serial: 42 });
zone.set('app-ns/backend-1', {
  slice: 'app-slice',
  cluster: 'east',
  namespace: 'app-ns',
  export: 'backend',
  endpoints: [
    { address: '10.0.0.1', pod: 'backend-0', node: 'n1' },
    { address: '10.0.0.2', pod: 'backend-1', node: 'n2' },
  ],
  ports: [{ name: 'http', protocol: 'tcp', port: 8080, servicePort: 8080 }],
});
zone.set('app-ns/idle-1', { slice: 'app-slice', cluster: 'east', namespace: 'app-ns', export: 'idle', endpoints: [], ports: [] });

describe('what is said', () => {
  test.each([
    ['backend.app-ns.svc.slice.local', 'A', 'NOERROR', 2],
    ['backend.app-ns.svc.slice.local', 'AAAA', 'NOERROR', 0],
    ['backend.app-ns.svc.slice.local', 'HTTPS', 'NOERROR', 0],
    ['backend.app-ns.svc.slice.local', 'TYPE65280', 'NOERROR', 0],
    ['backend.app-ns.svc.slice.local', 'ANY', 'NOERROR', 2],
    ['idle.app-ns.svc.slice.local', 'A', 'NOERROR', 0],
    ['idle.app-ns.svc.slice.local', 'ANY', 'NOERROR', 0],
    ['nothing.app-ns.svc.slice.local', 'A', 'NXDOMAIN', 0],
    ['app-ns.svc.slice.local', 'A', 'NOERROR', 0],
    ['other-ns.svc.slice.local', 'A', 'NXDOMAIN', 0],
    ['backend.other-ns.svc.slice.local', 'A', 'NXDOMAIN', 0],
    ['svc.slice.local', 'A', 'NOERROR', 0],
    ['slice.local', 'A', 'NOERROR', 0],
    ['slice.local', 'SOA', 'NOERROR', 1],
    ['slice.local', 'NS', 'NOERROR', 1],
    ['pod.slice.local', 'A', 'NXDOMAIN', 0],
    ['backend-0.east.backend.app-ns.svc.slice.local', 'A', 'NOERROR', 1],
    ['east.backend.app-ns.svc.slice.local', 'A', 'NOERROR', 2],
    ['east.idle.app-ns.svc.slice.local', 'A', 'NOERROR', 0],
    ['backend-9.east.backend.app-ns.svc.slice.local', 'A', 'NXDOMAIN', 0],
    ['x.backend-0.east.backend.app-ns.svc.slice.local', 'A', 'NXDOMAIN', 0],
    ['_http._tcp.backend.app-ns.svc.slice.local', 'SRV', 'NOERROR', 2],
    ['_tcp.backend.app-ns.svc.slice.local', 'SRV', 'NOERROR', 0],
    ['_udp.backend.app-ns.svc.slice.local', 'SRV', 'NXDOMAIN', 0],
    ['a.b.c.d.e.slice.local', 'A', 'NXDOMAIN', 0],
    ['kubernetes.default.svc.cluster.local', 'A', 'REFUSED', 0],
    ['notslice.local', 'A', 'REFUSED', 0],
    ['local', 'A', 'REFUSED', 0],
    ['.', 'NS', 'REFUSED', 0],
    ['slice.local', 'AXFR', 'REFUSED', 0],
    ['slice.local', 'IXFR', 'REFUSED', 0],
  ])('%s %s: %s with %d records', (name, type, code, count) => {
    const said = answer(zone, { name, type });
    expect([said.code, said.answers.length]).toEqual([code, count]);
    expect(said.authoritative).toBe(code !== 'REFUSED');
    const negative = code !== 'REFUSED' && count === 0;
    expect(said.authority.map(({ name, ttl, data }) => [name, ttl, data.type === 'SOA' ? data.minimum : data.type])).toEqual(
      negative ? [['slice.local', 1, 1]] : [],
    );
  });

  test('is the same object as long as nothing behind it has changed', () => {
    const question = { name: 'backend.app-ns.svc.slice.local', type: 'A' };
    const before = answer(zone, question);
    zone.set('app-ns/other-1', { slice: 'app-slice', cluster: 'east', namespace: 'app-ns', export: 'other', endpoints: [], ports: [] });
    expect(answer(zone, question)).toBe(before);
  });
});
