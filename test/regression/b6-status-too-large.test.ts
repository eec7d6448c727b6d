import { expect, it } from 'vitest';
import type { SliceNode } from '../../src/api/slicenode/type.ts';
import type { SliceNetwork } from '../../src/plan/facts/slice-network.ts';
import { planLinkReport } from '../../src/plan/links/link-report.ts';
import { answered, judge, type LinkHistory, newLink, probed } from '../../src/plan/links/liveness.ts';
import { statusPatch } from '../../src/plan/node/node-status.ts';

const up = answered(newLink(0), 1, 0, 0);
const down = judge([2_000, 2_500, 3_000].reduce(probed, up), 5_000);
/** 10,000 peers with the longest names that nodes have, in ten clusters. */
const names = Array.from({ length: 10_000 }, (_, index) => `cluster-${index % 10}/${'n'.repeat(240)}-${index}`);
const network = { driver: 'WireGuard', peers: names.map((name) => ({ name, publicKey: name })) } as unknown as SliceNetwork;

/** The report and the patch that publishes it over what was published before, in bytes of JSON. */
const sizes = (of: (index: number) => LinkHistory, before?: (index: number) => LinkHistory) => {
  const report = (links: (index: number) => LinkHistory, now: number) =>
    planLinkReport({
      network,
      links: new Map(names.map((name, index) => [name, links(index)])),
      handshakes: new Map(names.map((name) => [name, now / 1_000])),
      now,
      wall: now,
    });
  const links = report(of, 60_000);
  const seen = {
    metadata: { name: 'app.n', generation: 1 },
    status: { publicKey: 'k', ...(before === undefined ? {} : { links: report(before, 45_000) }) },
  } as unknown as SliceNode;
  const patch = statusPatch(seen, { publicKey: 'k', links }, undefined, { heartbeat: true, now: new Date(0) });
  return { object: JSON.stringify(links).length, patch: JSON.stringify(patch).length };
};

it.each<[string, (index: number) => LinkHistory, number]>([
  ['all are up', () => up, 1_000],
  ['a cluster is down', (index) => (index % 10 === 0 ? down : up), 15_000],
  ['all are down', () => down, 15_000],
  ['every second one is down, the worst that there is', (index) => (Math.floor(index / 10) % 2 === 0 ? down : up), 60_000],
])('with 10,000 peers of which %s the report stays far below what etcd holds', (_, of, bytes) => {
  expect(sizes(of).object).toBeLessThan(bytes);
});

it('a sign of life does not rewrite the links, however many there are and whatever their handshakes do', () => {
  expect(
    sizes(
      () => up,
      () => up,
    ).patch,
  ).toBeLessThan(100);
});

it('one peer more that is down rewrites its own cluster only', () => {
  const { patch } = sizes(
    (index) => (index === 0 ? down : up),
    () => up,
  );
  expect(patch).toBeLessThan(1_000);
});
