import type { Node, Pod } from '../../kubernetes/kinds.ts';
import type { ClockView } from '../../plan/diagnosis/cluster-view.ts';
import type { NodeFacts } from '../../plan/diagnosis/node-facts.ts';
import { Failure } from '../../values/failure.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { askFacts, runningPod } from './ask-node.ts';
import type { Readings } from './readings.ts';

/** Maximum number of concurrent requests to nodes. */
const atOnce = 8;

/** The facts of nodes, and why others have none. */
export interface FactsOfNodes {
  readonly facts: ReadonlyMap<string, NodeFacts>;
  readonly silent: ReadonlyMap<string, string>;
  readonly clocks: readonly ClockView[];
}

/** Requests the facts of every node, some at a time. A node that does not answer does not delay the others. */
export const factsOfNodes = async (
  cluster: OpenCluster,
  nodes: readonly Node[],
  pods: readonly Pod[],
  readings: Readings,
  signal: AbortSignal,
): Promise<FactsOfNodes> => {
  const facts = new Map<string, NodeFacts>();
  const silent = new Map<string, string>();
  const clocks: ClockView[] = [];
  const waiting = nodes.map(({ metadata }) => metadata.name);
  let refusal: string | undefined;
  const ask = async (): Promise<void> => {
    for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
      const pod = runningPod(pods, 'agent', node);
      if (pod === undefined) {
        silent.set(node, 'no agent runs on it');
        continue;
      }
      try {
        const start = Date.now();
        const answer = await askFacts(cluster, pod.metadata.name, signal);
        facts.set(node, answer);
        // It read its clock somewhere between request and answer.
        const doubtMs = (Date.now() - start) / 2;
        clocks.push({ object: `node ${node}`, of: `node ${node}`, aheadMs: answer.now - start - doubtMs, doubtMs });
      } catch (error) {
        if (Failure.is(error, 'Interrupted')) throw error;
        const failure = Failure.from(error);
        if (failure.code !== 'Forbidden') {
          silent.set(node, failure.message);
          continue;
        }
        // Who may not ask one may ask none.
        waiting.length = 0;
        refusal ??= failure.message;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  if (refusal !== undefined) readings.unread.push({ what: 'what nodes report', why: refusal, isForbidden: true });
  return { facts, silent, clocks };
};
