import { describe, expect, it } from 'vitest';
import { conditionOf } from '../../src/api/condition.ts';
import { maxStatementBytes } from '../../src/api/notice/schema.ts';
import { maxEndpoints } from '../../src/exchange/notice/shards.ts';
import { shardSubject } from '../../src/exchange/statement/export.ts';
import { issueStatement } from '../../src/exchange/trust/issue.ts';
import { type ExportDecision, planExport } from '../../src/plan/exports/exports.ts';
import { exported, pod, service } from '../../src/plan/fixtures/worker.ts';
import { authorityOf, slice, start } from '../exchange/author.ts';

const long = 'a-name-that-is-as-long-as-those-of-pods-of-deployments-may-be';
const addressOf = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
const numberOf = (name: string): number => Number(name.slice(name.lastIndexOf('-') + 1));

/** The pods of a large deployment by their numbers, all of them attached. */
const plan = (numbers: readonly number[], isReady: (index: number) => boolean = () => true, before?: ExportDecision): ExportDecision =>
  planExport(
    {
      exported: before === undefined ? exported() : { ...exported(), status: before.status },
      cluster: 'east',
      namespaces: ['app-ns'],
      service: service(),
      pods: numbers.map((index) => pod(`${long}-${index}`, isReady(index))),
      attachment: ({ metadata }) => ({
        address: addressOf(numberOf(metadata.name)),
        node: `${long}-node-${numberOf(metadata.name) % 100}`,
      }),
      published: new Map(before === undefined ? [] : statedBy(before).map(({ pod: name, shard }) => [name, shard])),
    },
    start,
  );
const statedBy = ({ body, shards }: ExportDecision) =>
  [{ shard: 0, endpoints: body?.endpoints ?? [] }, ...shards].flatMap(({ shard, endpoints }) =>
    endpoints.map((endpoint) => ({ ...endpoint, shard })),
  );
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('B7: an export with thousands of endpoints', () => {
  it('is published in statements that everybody accepts, without one endpoint that is gone', async () => {
    const authority = await authorityOf('east');
    const before = plan(range(0, 2_500));
    const after = plan(range(2_000, 5_000), undefined, before);
    expect(
      statedBy(after)
        .map(({ pod: name }) => numberOf(name))
        .toSorted((a, b) => a - b),
    ).toEqual(range(2_000, 5_000));
    const of = { ...slice, serial: 1 };
    for (const { body, shards } of [before, after]) {
      if (body === undefined) throw new Error('nothing is offered');
      const statements = [
        issueStatement(authority, { ...of, kind: 'Export', subject: 'app-ns/web', body }, start),
        ...shards.map((shard) => issueStatement(authority, { ...of, kind: 'Endpoints', subject: shardSubject(shard), body: shard }, start)),
      ];
      for (const { signed } of statements) expect(Buffer.byteLength(signed.statement)).toBeLessThanOrEqual(maxStatementBytes);
    }
  });

  it('leaves out what has no room, the not ready ones first, and says so until there is room', () => {
    const isReady = (index: number): boolean => index % 2 === 0;
    const full = plan(range(0, maxEndpoints + 300), isReady);
    const stated = statedBy(full);
    expect(stated.length).toBeGreaterThan(maxEndpoints * 0.9);
    expect(stated.filter(({ ready }) => ready)).toHaveLength((maxEndpoints + 300) / 2);
    expect(full.body?.omitted).toBe(maxEndpoints + 300 - stated.length);
    expect(conditionOf(full.status.conditions, 'EndpointsOmitted')).toMatchObject({ status: 'True', reason: 'TooManyEndpoints' });
    expect(conditionOf(full.status.conditions, 'Ready')).toMatchObject({ status: 'True' });

    const fewer = plan(range(0, 1_000), isReady, full);
    expect(fewer.body).not.toHaveProperty('omitted');
    expect(statedBy(fewer)).toHaveLength(1_000);
    expect(conditionOf(fewer.status.conditions, 'EndpointsOmitted')).toMatchObject({ status: 'False' });
  });

  it('changes one statement when one pod changes', () => {
    const numbers = range(0, 3_000);
    const before = plan(numbers);
    const after = plan(numbers, (index) => index !== 1_234, before);
    const texts = ({ body, shards }: ExportDecision): string[] => [body, ...shards].map((one) => JSON.stringify(one));
    const old = new Set(texts(before));
    expect(texts(after).filter((text) => !old.has(text))).toHaveLength(1);
  });
});
