import { describe, expect, it } from 'vitest';
import type { Membership } from '../../api/membership/type.ts';
import { planGrants } from './grants.ts';

const membership = (cluster: string, blocks: string[], wantedAddresses?: number): Membership => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Membership',
  metadata: { name: `app.${cluster}`, namespace: 'default' },
  spec: {
    project: 'default',
    slice: 'app',
    sliceUID: 'u',
    cluster,
    exchangeNamespace: 'x',
    sliceSubnet: '10.0.0.0/16',
    namespaces: [],
    blocks,
    driver: 'Auto',
  },
  ...(wantedAddresses === undefined ? {} : { status: { wantedAddresses } }),
});

describe('grants of a slice', () => {
  it('gives a cluster no more addresses while it releases blocks, so that nothing is granted and taken back in turn', () => {
    const first = planGrants('10.0.0.0/16', ['west', 'east'], []);
    const blocks = [...(first.blocks.get('west') ?? [])];
    const requesting = membership('west', blocks, 4_096);
    expect(planGrants('10.0.0.0/16', ['west'], [requesting]).changed).toBe(true);
    const releasing = { ...requesting, status: { wantedAddresses: 4_096, releasedBlocks: ['10.0.200.0/24'] } };
    expect(planGrants('10.0.0.0/16', ['west'], [releasing])).toMatchObject({ changed: false, shortage: undefined });
  });

  it('gives each cluster a block and changes nothing once they are written down', () => {
    const first = planGrants('10.0.0.0/16', ['west', 'east'], []);
    expect(first.changed).toBe(true);
    const written = [...first.blocks].map(([cluster, blocks]) => membership(cluster, [...blocks]));
    const again = planGrants('10.0.0.0/16', ['east', 'west'], written);
    expect(again).toMatchObject({ changed: false, excluded: new Map(), shortage: undefined });
    expect(again.blocks).toEqual(first.blocks);
  });

  it('keeps the block of a cluster that stays when another leaves and a third comes', () => {
    const first = planGrants('10.0.0.0/16', ['east', 'west'], []);
    const west = membership('west', [...(first.blocks.get('west') ?? [])]);
    const next = planGrants('10.0.0.0/16', ['west', 'north'], [west]);
    expect(next.blocks.get('west')).toEqual(west.spec.blocks);
    expect(next.changed).toBe(true);
  });

  it('gives the block of a cluster that left back to it when it returns, and to others last', () => {
    const both = planGrants('10.0.0.0/16', ['east', 'west'], []);
    const written = [...both.blocks].map(([cluster, blocks]) => membership(cluster, [...blocks]));
    const left = planGrants('10.0.0.0/16', ['west'], written);
    expect(left.retired).toEqual([{ owner: 'east', block: both.blocks.get('east')?.[0] }]);
    const west = written.filter((one) => one.spec.cluster === 'west');
    const newcomer = planGrants('10.0.0.0/16', ['west', 'north'], west, left.retired);
    expect(newcomer.blocks.get('north')).not.toEqual(both.blocks.get('east'));
    expect(planGrants('10.0.0.0/16', ['west', 'east'], west, left.retired).blocks.get('east')).toEqual(both.blocks.get('east'));
  });

  it('grows a cluster that asks for more, and keeps what it has', () => {
    const first = planGrants('10.0.0.0/16', ['east'], []);
    const before = first.blocks.get('east') ?? [];
    const grown = planGrants('10.0.0.0/16', ['east'], [membership('east', [...before], 600)]).blocks.get('east') ?? [];
    expect(grown.length).toBeGreaterThan(before.length);
    expect(grown.slice(0, before.length)).toEqual(before);
  });

  it('says which cluster got nothing when the subnet is too small', () => {
    const { blocks, excluded } = planGrants('10.0.0.0/28', ['a', 'b', 'c', 'd', 'e', 'f'], []);
    expect(blocks.size).toBeLessThan(6);
    expect([...excluded.values()][0]).toMatch(/sliceSubnet 10\.0\.0\.0\/28 is too small for its 6 clusters/);
  });
});
