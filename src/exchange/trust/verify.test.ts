import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { cpuCost } from '../../../test/cpu-cost.ts';
import { maxStatementBytes } from '../../api/notice/schema.ts';
import type { StatementKind } from '../../api/notice/type.ts';
import { type Authority, openAuthority } from '../../identity/authority.ts';
import { createAuthority } from '../../identity/create-authority.ts';
import { type Root, readRoot } from '../../identity/root.ts';
import { Failure } from '../../values/failure.ts';
import type { StatementRefusalCode } from '../../values/statement-refusal.ts';
import { encodeBase64 } from '../../values/text/base64.ts';
import { canonicalJson } from '../../values/text/canonical-json.ts';
import type { ClusterBody } from '../statement/cluster.ts';
import type { EndpointsBody, ExportBody } from '../statement/export.ts';
import type { LinksBody } from '../statement/links.ts';
import type { NodeBody } from '../statement/node.ts';
import { issueStatement, type SignedStatement, type StatementDraft } from './issue.ts';
import { clockSkewMs, statementLifetimeMs } from './lifetime.ts';
import { nextSerial } from './serial.ts';
import { verifyStatement } from './verify.ts';

const now = Date.UTC(2026, 10, 24, 12);
const slice = { slice: 'app-slice', sliceUID: '5f1c0a9e-0000-4000-8000-000000000001' };
const body: NodeBody = {
  node: 'n1',
  publicKey: encodeBase64(new Uint8Array(32).fill(7)),
  endpoints: [{ address: '192.168.0.11', port: 51820 }],
  blocks: ['10.0.0.0/26'],
  addresses: ['10.0.0.1'],
};
const draft: StatementDraft<'Node'> = { ...slice, kind: 'Node', subject: 'n1', serial: 100, body };
const expected = { ...slice, kind: 'Node', subject: 'n1' } as const;

let east: Authority;
let west: Authority;
let root: Root;

beforeAll(async () => {
  const open = async (cluster: string) => {
    const owner = { cluster, project: 'default' };
    return openAuthority(await createAuthority(owner, now, randomBytes), owner);
  };
  [east, west] = [await open('east'), await open('west')];
  root = readRoot(east.certificate, { cluster: 'east', project: 'default' });
});

const verifyNode = (notice: SignedStatement, at = now) => verifyStatement(notice, root, expected, at);
const codeOf = (notice: SignedStatement, at = now): StatementRefusalCode | 'accepted' => {
  const verdict = verifyNode(notice, at);
  if (!verdict.ok) expect(verdict.message).toMatch(/^The statement of cluster "east" about Node "n1" .*\.$/);
  return verdict.ok ? 'accepted' : verdict.code;
};
/** Signs any value as a member would that has lost all manners. */
const forge = (authority: Authority, value: unknown): SignedStatement => {
  const statement = typeof value === 'string' ? value : canonicalJson(value, 100);
  return { statement, signature: encodeBase64(authority.sign(Buffer.from(statement))) };
};
const signed = <K extends StatementKind>(changes: Partial<StatementDraft<K>> = {}, at = now): SignedStatement =>
  issueStatement(east, { ...draft, ...changes } as StatementDraft<K>, at).signed;
const honest = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...JSON.parse(signed().statement),
  ...changes,
});

describe('an honest statement', () => {
  it('is accepted and says what was said', () => {
    const verdict = verifyNode(signed());
    expect(verdict).toMatchObject({
      ok: true,
      stated: {
        ...draft,
        version: 2,
        critical: [],
        cluster: 'east',
        project: 'default',
        issuedAt: '2026-11-24T12:00:00.000Z',
        expiresAt: '2026-12-01T12:00:00.000Z',
      },
    });
  });

  it.each<[StatementDraft]>([
    [
      {
        ...slice,
        kind: 'Cluster',
        subject: 'east',
        serial: 1,
        body: { caCertificate: 'x', blocks: ['10.0.0.0/24'] } satisfies ClusterBody,
      },
    ],
    [
      {
        ...slice,
        kind: 'Export',
        subject: 'app-ns/backend',
        serial: 1,
        body: {
          namespace: 'app-ns',
          name: 'backend',
          created: '2026-11-20T12:00:00Z',
          type: 'ClusterSetIP',
          sessionAffinity: 'None',
          ports: [
            { name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, appProtocol: 'http' },
            { protocol: 'UDP', port: 53, targetPort: 53 },
          ],
          aliases: ['backend.example.com'],
          endpoints: [
            { pod: 'backend-1', addresses: ['10.0.0.2', '2001:db8::2'], node: 'n1', ready: true, targetPorts: [8081, 54] },
            { pod: 'backend-2', hostname: 'backend-2', addresses: ['10.0.0.3'], node: 'n1', ready: false, terminating: true },
          ],
          omitted: 3,
        } satisfies ExportBody,
      },
    ],
    [
      {
        ...slice,
        kind: 'Endpoints',
        subject: 'app-ns/backend/49',
        serial: 1,
        body: { namespace: 'app-ns', name: 'backend', shard: 49, endpoints: [] } satisfies EndpointsBody,
      },
    ],
    [
      {
        ...slice,
        kind: 'Links',
        subject: 'east',
        serial: 1,
        body: {
          nodes: 1,
          clusters: [{ cluster: 'west', up: 0, down: 1, total: 1, worstRttMs: 0.5 }],
          worst: [
            {
              node: 'n1',
              peerCluster: 'west',
              peerNode: 'n1',
              driver: 'wireguard',
              state: 'Down',
              reason: 'No answer for 5 s.',
              since: '2026-11-24T12:00:00.000Z',
            },
          ],
          impaired: [{ node: 'n1', up: 0, down: 1, total: 1, reason: 'west/n1: No answer for 5 s.' }],
          impairedNodes: 1,
          missing: 0,
          missingNodes: [],
        } satisfies LinksBody,
      },
    ],
  ])('of every kind is accepted', (other) => {
    for (const body of [other.body, undefined]) {
      const notice = issueStatement(east, { ...other, body }, now).signed;
      expect(verifyStatement(notice, root, other, now)).toMatchObject({
        ok: true,
        stated: body === undefined ? { withdrawn: true } : other,
      });
      expect(verifyStatement(notice, root, { ...other, subject: 'other' }, now)).toMatchObject({ ok: false, code: 'WrongSubject' });
    }
  });

  it('may carry fields that this version does not know, which are left out', () => {
    const verdict = verifyNode(forge(east, honest({ later: 1, body: { ...body, pqKey: 'x' } })));
    expect(verdict).toMatchObject({ ok: true, stated: { body } });
    expect(verdict.ok && 'later' in verdict.stated).toBe(false);
  });
});

describe('forgeries', () => {
  it.each<[string, StatementRefusalCode, () => SignedStatement]>([
    ['signed by another cluster', 'BadSignature', () => forge(west, honest())],
    ['with another text', 'BadSignature', () => ({ ...signed(), statement: canonicalJson(honest({ serial: 101 })) })],
    ['without signature', 'BadSignature', () => ({ ...signed(), signature: '' })],
    ['with a signature of zeros', 'BadSignature', () => ({ ...signed(), signature: encodeBase64(new Uint8Array(64)) })],
    ['with a padded signature', 'BadSignature', () => ({ ...signed(), signature: `${signed().signature}\n` })],
    ['with an endless signature', 'BadSignature', () => ({ ...signed(), signature: 'A'.repeat(1_000_000) })],
    ['larger than allowed', 'TooLarge', () => forge(east, 'x'.repeat(maxStatementBytes + 1))],
    ['larger than allowed in bytes only', 'TooLarge', () => forge(east, 'ä'.repeat(maxStatementBytes / 2 + 1))],
    ['for another cluster', 'WrongCluster', () => forge(east, honest({ cluster: 'west' }))],
    ['for another project', 'WrongProject', () => forge(east, honest({ project: 'p' }))],
    ['for another slice', 'WrongSlice', () => forge(east, honest({ slice: 'other' }))],
    ['for a deleted slice of the same name', 'WrongSlice', () => forge(east, honest({ sliceUID: 'old' }))],
    ['about another node', 'WrongSubject', () => forge(east, honest({ subject: 'n2', body: { ...body, node: 'n2' } }))],
    ['with another node inside', 'Malformed', () => forge(east, honest({ body: { ...body, node: 'n2' } }))],
    [
      'of another kind',
      'WrongSubject',
      () => forge(east, honest({ kind: 'Cluster', subject: 'east', body: { caCertificate: 'x', blocks: [] } })),
    ],
    ['not JSON', 'Malformed', () => forge(east, '{')],
    ['not canonical', 'Malformed', () => forge(east, ` ${canonicalJson(honest())}`)],
    [
      'with a key given twice',
      'Malformed',
      () => forge(east, canonicalJson(honest()).replace('"cluster":"east"', '"cluster":"west","cluster":"east"')),
    ],
    ['nested deeply', 'Malformed', () => forge(east, `${'['.repeat(10_000)}${']'.repeat(10_000)}`)],
    ['a list', 'Malformed', () => forge(east, [])],
    ['null', 'Malformed', () => forge(east, null)],
    ['with a body of another kind', 'Malformed', () => forge(east, honest({ kind: 'Export' }))],
    ['with a kind that is none', 'Malformed', () => forge(east, honest({ kind: 'Policy' }))],
    ['with a serial that is no integer', 'Malformed', () => forge(east, honest({ serial: 1.5 }))],
    ['with a serial beyond integers', 'Malformed', () => forge(east, honest({ serial: 2 ** 60 }))],
    ['with a time that is none', 'Malformed', () => forge(east, honest({ expiresAt: 'tomorrow' }))],
    ['with a block that has host bits', 'Malformed', () => forge(east, honest({ body: { ...body, blocks: ['10.0.0.1/26'] } }))],
    ['with an address of spaces', 'Malformed', () => forge(east, honest({ body: { ...body, addresses: [' 10.0.0.1'] } }))],
    ['with a key that is none', 'Malformed', () => forge(east, honest({ body: { ...body, publicKey: 'AAAA' } }))],
    ['with port 0', 'Malformed', () => forge(east, honest({ body: { ...body, endpoints: [{ address: '192.168.0.1', port: 0 }] } }))],
    [
      'with hundreds of endpoints',
      'Malformed',
      () => forge(east, honest({ body: { ...body, endpoints: Array(500).fill(body.endpoints[0]) } })),
    ],
    ['with no address', 'Malformed', () => forge(east, honest({ body: { ...body, addresses: [] } }))],
    ['with terminal escapes', 'Malformed', () => forge(east, honest({ critical: ['\u001b[2J'] }))],
    ['with a time of 10 KB', 'Malformed', () => forge(east, honest({ issuedAt: `2026-11-24T12:00:00.${'0'.repeat(10_000)}Z` }))],
    ['of the first version', 'Malformed', () => forge(east, honest({ version: 1 }))],
    ['of no version', 'Malformed', () => forge(east, honest({ version: undefined }))],
    ['of a later version', 'Malformed', () => forge(east, honest({ version: 3 }))],
    ['with a critical field', 'Malformed', () => forge(east, honest({ critical: ['pqKey'] }))],
    ['with body and withdrawal', 'Malformed', () => forge(east, honest({ withdrawn: false }))],
    ['about nothing', 'Malformed', () => forge(east, honest({ body: undefined }))],
    ['that holds for ever', 'LifetimeTooLong', () => forge(east, honest({ expiresAt: '9999-12-31T23:59:59.000Z' }))],
    ['that expired before it was issued', 'LifetimeTooLong', () => forge(east, honest({ expiresAt: '2026-11-24T11:59:59.000Z' }))],
    [
      'of the year 9999',
      'AuthorityExpired',
      () => forge(east, honest({ issuedAt: '9999-12-30T00:00:00.000Z', expiresAt: '9999-12-31T00:00:00.000Z' })),
    ],
    [
      'of next year',
      'NotYetValid',
      () => forge(east, honest({ issuedAt: '2027-12-30T00:00:00.000Z', expiresAt: '2027-12-31T00:00:00.000Z' })),
    ],
    [
      'with a prototype as body',
      'Malformed',
      () => forge(east, canonicalJson(honest({ body: 1 })).replace('"body":1', '"body":{"__proto__":{"node":"n1"}}')),
    ],
  ])('%s: %s', (_what, code, make) => {
    expect(codeOf(make())).toBe(code);
    expect(codeOf(forge(east, honest()))).toBe('accepted');
  });

  it('no single changed character or byte is accepted', () => {
    const notice = signed();
    fc.assert(
      fc.property(fc.nat(notice.statement.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const statement = notice.statement.slice(0, at) + String.fromCharCode(code) + notice.statement.slice(at + 1);
        expect(codeOf({ ...notice, statement })).toBe(statement === notice.statement ? 'accepted' : 'BadSignature');
      }),
    );
    fc.assert(
      fc.property(fc.nat(63), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(notice.signature, 'base64');
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        expect(codeOf({ ...notice, signature: bytes.toString('base64') })).toBe('BadSignature');
      }),
    );
  });

  it('whatever is signed, verification returns a verdict and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue({ maxDepth: 4 }).map((value) => canonicalJson(value, 100)),
          fc.string(),
        ),
        (text) => {
          expect(codeOf(forge(east, text))).not.toBe('accepted');
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(draft), ...Object.keys(body), 'cluster'),
        fc.jsonValue({ maxDepth: 2 }),
        (field, value) => {
          const changed = field in body ? honest({ body: { ...body, [field]: value } }) : honest({ [field]: value });
          expect(typeof codeOf(forge(east, JSON.parse(JSON.stringify(changed))))).toBe('string');
        },
      ),
    );
  });
});

describe('clocks', () => {
  it.each([
    ['issued an hour ahead of this clock', now - 3_600_000, 'accepted'],
    ['issued a lifetime ahead of it', now - statementLifetimeMs, 'accepted'],
    ['issued more than that ahead', now - statementLifetimeMs - 1, 'NotYetValid'],
    ['expired just inside the tolerance', now + statementLifetimeMs + clockSkewMs, 'accepted'],
    ['expired beyond it', now + statementLifetimeMs + clockSkewMs + 1, 'Expired'],
    ['read long before its authority was made', now - statementLifetimeMs - clockSkewMs - 1, 'AuthorityExpired'],
    ['read after its authority ended', Date.UTC(2036, 10, 24, 13), 'AuthorityExpired'],
  ])('%s', (_what, at, code) => {
    expect(codeOf(signed(), at)).toBe(code);
  });

  it('holds for a lifetime from now at the most, by this clock', () => {
    const expiresAt = (at: number) => {
      const verdict = verifyNode(signed(), at);
      return verdict.ok ? verdict.expiresAt : verdict.code;
    };
    expect(expiresAt(now + 1000)).toBe(now + statementLifetimeMs);
    expect(expiresAt(now - 3_600_000)).toBe(now + statementLifetimeMs - 3_600_000);
  });

  it('serials go up with the clock and also when it does not', () => {
    expect(nextSerial(0, now)).toBe(now * 1000);
    expect(nextSerial(now * 1000, now)).toBe(now * 1000 + 1);
    expect(nextSerial(now * 1000, now - 5000)).toBe(now * 1000 + 1);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 9e12, noNaN: true })), (clock) => {
        let last = 0;
        for (const at of clock) {
          const serial = nextSerial(last, at);
          expect(serial).toBeGreaterThan(last);
          expect(Number.isSafeInteger(serial)).toBe(true);
          last = serial;
        }
      }),
    );
  });
});

describe('issueStatement', () => {
  it('does not sign what everybody would refuse', () => {
    const bad = { ...draft, body: { ...body, blocks: ['10.0.0.1/26'] } };
    expect(() => issueStatement(east, bad, now)).toThrowError(
      /would be refused by every receiver, because of body\.blocks\.0: is not an address block/,
    );
  });

  it('does not sign what is larger than a statement may be', () => {
    const name = `${'p'.repeat(60)}.${'p'.repeat(60)}.${'p'.repeat(60)}.${'p'.repeat(60)}`;
    const endpoint = { pod: name, addresses: ['10.0.0.2'], node: name, ready: true };
    const huge: ExportBody = {
      namespace: 'a',
      name: 'b',
      created: '2026-11-20T12:00:00Z',
      type: 'Headless',
      sessionAffinity: 'None',
      ports: [],
      aliases: [],
      endpoints: Array.from({ length: 100 }, () => endpoint),
    };
    try {
      issueStatement(east, { ...slice, kind: 'Export', subject: 'a/b', serial: 1, body: huge }, now);
      expect.unreachable();
    } catch (error) {
      expect(Failure.is(error, 'InvalidInput')).toBe(true);
      expect(String(error)).toContain(`${maxStatementBytes} are allowed`);
    }
  });

  it('costs little more than checking its signature', () => {
    const notice = signed();
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const content = Buffer.from(notice.statement);
    const signature = sign('sha256', content, privateKey);
    const [floor, each] = [cpuCost(() => void verify('sha256', content, publicKey, signature)), cpuCost(() => void verifyNode(notice))];
    console.log(`verify: ${each.toFixed(0)} µs CPU each, ${(each / floor).toFixed(2)} of a bare signature`);
    expect(each).toBeLessThan(6 * floor);
  });
});
