import { expect, it } from 'vitest';
import { planFleetStatus } from '../../src/plan/status/fleet-status.ts';
import { node, report, withNotices } from '../../src/plan/status/status.fixtures.ts';

const nodes = Array.from({ length: 200 }, (_, index) => node('app', 'east', `e${index}`, '10.0.0.1'));
const states = (more: Parameters<typeof report>[3]) => {
  const rows = planFleetStatus(withNotices([...nodes, report('app', 'east', 'west', more)])).nodes;
  return Object.fromEntries([...Map.groupBy(rows, ({ state }) => state)].map(([state, each]) => [state, each.length]));
};
const impaired = Array.from({ length: 50 }, (_, index) => ({ node: `e${index}`, up: 0, down: 200, total: 200 }));

it('no node is shown Up that nobody reported', () => {
  expect(states({ nodes: 200, impaired, impairedNodes: 120 })).toEqual({ Down: 50, NotReported: 150 });
  expect(states({ nodes: 200, impaired, impairedNodes: 50 })).toEqual({ Down: 50, Up: 150 });
  expect(states({ nodes: 200 })).toEqual({ Up: 200 });
});

it('the work is that of the nodes, not of their links', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => node('app', 'east', `e${index}`, '10.0.0.1'));
  const started = process.threadCpuUsage().user;
  planFleetStatus(withNotices([...many, report('app', 'east', 'west', { nodes: 20_000 })]));
  // Some 100 ms; it was minutes when each node looked at each link.
  expect((process.threadCpuUsage().user - started) / 1_000).toBeLessThan(5_000);
});
