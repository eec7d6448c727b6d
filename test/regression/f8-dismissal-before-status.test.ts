import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { membershipKind, noticeKind, sliceKind } from '../../src/api/kinds.ts';
import { clusterLabel, sliceLabel, statementLabel } from '../../src/api/labels.ts';
import { exchangeNamespace } from '../../src/api/places.ts';
import { beginExample, boardUID, endExample, everybodySpeaks, fleet, notices, wait } from '../clusters/example.ts';

beforeEach(beginExample);
afterEach(endExample);

/** A report with a link that says nothing but that it is down. */
const malformed = (cluster: string, slice: string) => ({
  apiVersion: 'exchange.kubeslice.io/v1alpha1',
  kind: 'Notice',
  metadata: {
    name: `${cluster}.9`,
    namespace: exchangeNamespace(boardUID()),
    labels: { [clusterLabel]: cluster, [sliceLabel]: slice, [statementLabel]: 'links' },
  },
  spec: {
    cluster,
    kind: 'Links' as const,
    subject: 'zzz',
    statement: JSON.stringify({ cluster, body: { nodes: 2, up: 1, links: [{ state: 'Down' }], missingNodes: [] } }),
    signature: '',
  },
});

describe('F8: a cluster that is taken out of a slice', () => {
  it('is out, though the report of another cannot be made a status of', async () => {
    await everybodySpeaks();
    await vi.waitFor(() => expect(notices('Links').length).toBe(2), wait);
    await fleet.members.get('west')?.stop();
    for (const notice of notices('Links').filter(({ spec }) => spec.cluster === 'west')) {
      fleet.hub.put(noticeKind, { ...notice, spec: malformed('west', 'app').spec });
    }
    const slice = fleet.hub.objects(sliceKind)[0];
    if (slice === undefined) throw new Error('there is no slice');
    fleet.hub.put(sliceKind, { ...slice, spec: { ...slice.spec, clusters: ['west'] } });
    await vi.waitFor(() => {
      const gone = fleet.hub.objects(membershipKind).filter(({ spec }) => spec.cluster === 'east' && spec.ended === undefined);
      expect(gone).toEqual([]);
    }, wait);
    expect(fleet.hub.objects(sliceKind)[0]?.status?.retiredBlocks?.map(({ owner }) => owner)).toEqual(['east']);
  });
});
