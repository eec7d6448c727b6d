import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { type Author, author, authorityOf, hour, keyOf, start } from '../../../test/exchange/author.ts';
import { type Act, type HonestAuthor, honestAuthor } from '../../../test/exchange/honest-author.ts';
import { type Receiver, receiver } from '../../../test/exchange/receiver.ts';
import type { NoticeSpec } from '../../api/notice/type.ts';
import type { Authority } from '../../identity/authority.ts';
import { overlaps, parseCidr } from '../../values/address/cidr.ts';
import { areDisjoint, liesIn } from '../../values/address/cidr-space.ts';
import { encodeBase64 } from '../../values/text/base64.ts';
import { clusterOf, keyOwner, refKey, statementsBy } from '../ledger/ledger.ts';
import type { Stated } from '../statement/statement.ts';
import { clockSkewMs, statementLifetimeMs } from '../trust/lifetime.ts';

/*
 * Whoever rules the board shows what it likes, when it likes, as often as it likes; changes notices and makes some of its own; grants and ends
 * memberships; and has a cluster of its own. The receiver restarts and its clock jumps, and so do the clocks of the honest.
 */

const honest = { east: ['10.0.0.0/24', '10.0.2.0/24'], west: ['10.0.1.0/24', '10.0.3.0/24'] };
type Honest = keyof typeof honest;
const everyBlock = Object.values(honest).flat();

let authorities: Record<Honest | 'aaa' | 'impostor', Authority>;
beforeAll(async () => {
  const [east, west, aaa, impostor] = await Promise.all(['east', 'west', 'aaa', 'east'].map((cluster) => authorityOf(cluster)));
  if (east === undefined || west === undefined || aaa === undefined || impostor === undefined) throw new Error('no authority');
  authorities = { east, west, aaa, impostor };
});

const someone = fc.constantFrom<Honest>('east', 'west');
const nodeNames = ['n1', 'n2'];
const node = fc.constantFrom(...nodeNames);
const name = fc.constantFrom('backend', 'frontend');
const pick = fc.nat(1000);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constant('claim' as const), mask: fc.nat(3) }),
  { weight: 3, arbitrary: fc.record({ act: fc.constant('node' as const), node, place: fc.nat(3) }) },
  fc.record({ act: fc.constant('remove' as const), node }),
  fc.record({ act: fc.constant('export' as const), name, place: fc.nat(3) }),
  fc.record({ act: fc.constant('unexport' as const), name }),
  { weight: 1, arbitrary: fc.record({ act: fc.constant('leave' as const) }) },
);
const forgery = fc.constantFrom('flip', 'signature', 'signer', 'cluster', 'subject', 'kind', 'slice', 'nothing');
const blocks = fc.subarray(everyBlock);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('state' as const), who: someone, act }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('show' as const), who: someone, back: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('replay' as const), who: someone, pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('forge' as const), who: someone, pick, how: forgery, at: pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('grant' as const),
      who: fc.constantFrom('east', 'west', 'aaa'),
      to: fc.oneof(blocks, fc.constantFrom('ended' as const, 'unknown' as const, undefined)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('rogue' as const),
      as: fc.constantFrom('aaa' as const, 'impostor' as const),
      blocks,
      key: someone,
      node,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), hours: fc.constantFrom(1, 20, 70, 169, 400) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      who: fc.constantFrom('east', 'west', 'here'),
      hours: fc.constantFrom(-25, -1, 0, 1, 25, 160),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const parse = (notice: NoticeSpec): Stated => JSON.parse(notice.statement) as Stated;

/** The receiver, those who state things, and what must hold from what was accepted so far. */
class World {
  readonly here: Receiver = receiver(honest);
  readonly authors: Record<Honest, HonestAuthor>;
  readonly rogues: Record<'aaa' | 'impostor', Author>;
  /** Everything that anybody with a key ever signed. */
  readonly signed = new Set<string>();
  /** Highest serial that was accepted about a subject. */
  readonly latest = new Map<string, number>();
  /** Serial of the last farewell that was accepted. */
  readonly farewells = new Map<string, number>();
  /** Blocks that the accepted statements of a cluster make its own. */
  readonly owned = new Map<string, readonly string[]>();
  readonly ended = new Set<string>();
  readonly clocks: Record<string, number> = { east: 0, west: 0, here: 0 };
  time = start;

  constructor() {
    this.authors = { east: honestAuthor(authorities.east, honest.east), west: honestAuthor(authorities.west, honest.west) };
    this.rogues = { aaa: author(authorities.aaa), impostor: author(authorities.impostor) };
    for (const who of ['east', 'west'] as const) {
      this.authors[who].do({ act: 'claim', mask: 3 }, start);
      this.show(this.authors[who].history[0]);
    }
  }

  now(who: string): number {
    return this.time + (this.clocks[who] ?? 0);
  }

  show(notice: NoticeSpec | undefined): void {
    if (notice === undefined) return;
    const { refusal } = this.here.show(notice, this.now('here'));
    if (refusal !== undefined) return this.mayRefuse(notice, refusal.code);
    const stated = parse(notice);
    const key = refKey(stated);
    // The latest word itself may be shown again, and says nothing then.
    this.latest.set(key, Math.max(this.latest.get(key) ?? 0, stated.serial));
    if (stated.kind !== 'Cluster' || this.latest.get(key) !== stated.serial) return;
    if ('withdrawn' in stated) this.farewells.set(stated.cluster, stated.serial);
    this.owned.set(stated.cluster, 'body' in stated && 'blocks' in stated.body ? stated.body.blocks : []);
  }

  /** An end that its author said is refused only for a reason. */
  private mayRefuse(notice: NoticeSpec, code: string): void {
    const who = notice.cluster as Honest;
    if (!this.authors[who]?.history.includes(notice)) return;
    const stated = parse(notice);
    if (!('withdrawn' in stated) || this.here.pinned(who) !== authorities[who].certificate) return;
    const now = this.now('here');
    if (stated.serial < (this.latest.get(refKey(stated)) ?? 0)) return;
    const dates = [Date.parse(stated.issuedAt), Date.parse(stated.expiresAt)] as const;
    expect(dates[0] > now + statementLifetimeMs || dates[1] < now - clockSkewMs, `${refKey(stated)} ${code}`).toBe(true);
  }

  take(one: Step): void {
    switch (one.do) {
      case 'state': {
        const { history } = this.authors[one.who];
        const before = history.length;
        this.authors[one.who].do(one.act, this.now(one.who));
        for (const notice of history.slice(before)) this.signed.add(notice.statement);
        return;
      }
      case 'show':
        return this.show(this.authors[one.who].history.at(-1 - one.back));
      case 'replay': {
        const { history } = this.authors[one.who];
        return this.show(history[one.pick % history.length]);
      }
      case 'forge':
        return this.forge(one);
      case 'grant': {
        if (one.to === 'ended') this.ended.add(one.who);
        else this.ended.delete(one.who);
        this.here.grant({ [one.who]: one.to });
        return;
      }
      case 'rogue': {
        const rogue = this.rogues[one.as];
        const [first] = one.blocks;
        const made = [rogue.claim(one.blocks, this.time)];
        if (first !== undefined)
          made.push(rogue.node(one.node, [first.replace('/24', '/26')], this.time, { publicKey: keyOf(`${one.key} ${one.node}`) }));
        made.push(rogue.export({ name: 'backend' }, this.time));
        for (const notice of made) {
          this.signed.add(notice.statement);
          this.show(notice);
        }
        return;
      }
      case 'restart': {
        const before = this.here.believes();
        this.here.restart();
        expect(this.here.believes()).toEqual(expect.arrayContaining(before));
        return;
      }
      case 'pass':
        this.time += one.hours * hour;
        this.here.expire(this.now('here'));
        return;
      case 'clock':
        this.clocks[one.who] = one.hours * hour;
        this.here.expire(this.now('here'));
    }
  }

  private forge({ who, pick: index, how, at }: Extract<Step, { do: 'forge' }>): void {
    const { history } = this.authors[who];
    const notice = history[index % history.length];
    if (notice === undefined) return;
    const other = this.authors[who === 'east' ? 'west' : 'east'].history[0] ?? notice;
    const where = at % notice.statement.length;
    const flipped = notice.statement.slice(0, where) + (notice.statement[where] === '1' ? '2' : '1') + notice.statement.slice(where + 1);
    const forged: Record<typeof how, NoticeSpec> = {
      flip: { ...notice, statement: flipped },
      signature: { ...notice, signature: other.signature },
      signer: { ...notice, signature: encodeBase64(authorities.aaa.sign(Buffer.from(notice.statement))) },
      cluster: { ...notice, cluster: other.cluster },
      subject: { ...notice, subject: notice.kind === 'Node' ? 'n3' : 'app-ns/other' },
      kind: { ...notice, kind: notice.kind === 'Node' ? 'Export' : 'Node' },
      slice: {
        ...author(authorities[who], { sliceUID: 'other', serial: start * 2000 }).node('n1', ['10.0.0.0/26'], this.time),
        sliceUID: 'other',
      } as NoticeSpec,
      nothing: undefined as unknown as NoticeSpec,
    };
    const before = this.here.ledger();
    const { refusal } = this.here.show(forged[how], this.now('here'));
    expect(refusal).toBeDefined();
    expect(this.here.ledger()).toBe(before);
  }

  check(): void {
    const ledger = this.here.ledger();
    const now = this.now('here');
    const all = [...ledger.clusters.keys()];
    for (const cluster of all) {
      const { entries, owned } = clusterOf(ledger, cluster);
      const claim = statementsBy(ledger, 'Cluster', cluster).flatMap(({ body }) => body.blocks.map(parseCidr));
      for (const { stated, inForce } of Object.values(entries).flatMap((subjects) => [...subjects.values()])) {
        if (!inForce) continue;
        const key = refKey(stated);
        // Nothing that its cluster replaced, withdrew or left behind.
        expect(stated.serial, key).toBeGreaterThanOrEqual(this.latest.get(key) ?? Number.POSITIVE_INFINITY);
        if (stated.kind !== 'Cluster') expect(stated.serial, key).toBeGreaterThan(this.farewells.get(cluster) ?? 0);
        expect(Date.parse(stated.expiresAt) + clockSkewMs, key).toBeGreaterThanOrEqual(now);
        expect('withdrawn' in stated).toBe(false);
        expect(this.ended.has(cluster), key).toBe(false);
      }
      const nodes = statementsBy(ledger, 'Node', cluster).flatMap(({ body }) => body.blocks.map(parseCidr));
      expect(areDisjoint(nodes)).toBe(true);
      for (const block of nodes) expect(liesIn(claim, block)).toBe(true);
      // A block is its cluster's until that one gives it up, whatever the hub says.
      const mine = (this.owned.get(cluster) ?? []).map(parseCidr);
      expect(owned.every((block) => mine.some((one) => overlaps(one, block)))).toBe(true);
      expect(
        mine.every((block) => liesIn(owned, block)),
        cluster,
      ).toBe(true);
      for (const other of all) {
        if (other === cluster) continue;
        const theirs = clusterOf(ledger, other).owned;
        expect(owned.some((block) => theirs.some((one) => overlaps(one, block)))).toBe(false);
      }
    }
    const keys = all.flatMap((cluster) => statementsBy(ledger, 'Node', cluster).map(({ body }) => body.publicKey));
    expect(new Set(keys).size).toBe(keys.length);
    // Another authority takes a name only after a farewell.
    for (const who of ['east', 'west'] as const)
      if (!this.farewells.has(who)) expect(this.here.pinned(who)).toBe(authorities[who].certificate);
  }

  /** The hub turns honest, clocks are set, and everybody states again what holds: then all of it is in force. */
  settle(): void {
    for (const who of ['east', 'west', 'here']) this.clocks[who] = 0;
    this.ended.clear();
    this.here.expire(this.time);
    this.here.grant({ ...honest, aaa: 'ended' });
    for (const who of ['east', 'west'] as const) {
      const one = this.authors[who];
      // Who left a name or a block to others, or never had it, is not the matter here.
      if (this.here.pinned(who) !== authorities[who].certificate) continue;
      const taken = clusterOf(this.here.ledger(), 'aaa').owned;
      if (one.blocks.some((block) => taken.some((theirs) => overlaps(theirs, parseCidr(block))))) continue;
      // That a node has the tunnel key that is stated for it is not proved: who states it first has it.
      const isForeign = (node: string): boolean =>
        (keyOwner(this.here.ledger(), keyOf(`${who} ${node}`), { cluster: who, node })?.cluster ?? who) !== who;
      if (nodeNames.some(isForeign)) continue;
      const { length } = one.history;
      const wanted = one.restate(this.time);
      for (const notice of one.history.slice(length)) this.show(notice);
      // A node that changes its place may wait for another one to leave that place.
      for (const notice of one.history) this.show(notice);
      this.check();
      expect(this.here.believes()).toEqual(expect.arrayContaining(wanted));
      expect(this.here.believes().filter((key) => key.split('/')[1] === who)).toEqual(wanted.toSorted());
    }
  }
}

// Some 2 s of CPU, which a busy machine may take a minute for.
it('what is believed is what its owner stated last, or what he stated before and still holds', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const world = new World();
      for (const one of steps) {
        world.take(one);
        world.check();
      }
      world.settle();
    }),
    { numRuns: 120 },
  );
});
