import { memberNamespace } from '../../api/places.ts';
import type { Pod } from '../../kubernetes/kinds.ts';
import { type Executed, execInPod } from '../../kubernetes/transport/exec.ts';
import { type NodeFacts, nodeFactsSchema } from '../../plan/diagnosis/node-facts.ts';
import {
  type Answer,
  answersSchema,
  type PathAnswer,
  type PathQuestion,
  pathAnswerSchema,
  type Question,
} from '../../plan/diagnosis/probe-report.ts';
import { type FlowsQuestion, type NodeFlows, nodeFlowsSchema } from '../../plan/flows/node-flows.ts';
import { Failure } from '../../values/failure.ts';
import { plainText } from '../../values/text/plain-text.ts';
import { readJson } from '../../values/text/read-json.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';

/** How long one node may take to answer, in milliseconds. */
const nodeMs = 25_000;

const runIn = async (
  { connection }: OpenCluster,
  target: { readonly namespace: string; readonly pod: string; readonly container: string },
  words: readonly string[],
  signal: AbortSignal,
  timeoutMs: number = nodeMs,
): Promise<Executed> => {
  const done = await execInPod(connection, { ...target, command: ['kubeslice', ...words], signal, timeoutMs });
  if (done.code === 0) return done;
  const [lastLine = ''] = done.stderr.trim().split('\n').slice(-1);
  throw new Failure(
    'CommandFailed',
    `"kubeslice ${words[0] ?? ''}" in pod ${target.pod} ended with code ${done.code}: ${plainText(lastLine)}`,
  );
};

const unreadable = (pod: string): Failure =>
  new Failure('Unexpected', `The answer of pod ${pod} cannot be read; is it of another version than this command?`);

/** The facts in the output of a node. @throws Failure Unexpected for anything else. */
export const factsIn = (text: string, from: string): NodeFacts => {
  const facts = nodeFactsSchema.safeParse(readJson(text));
  if (facts.success) return facts.data;
  throw unreadable(from);
};

/** Requests the facts of a node from the agent's pod on it. */
export const askFacts = async (cluster: OpenCluster, pod: string, signal: AbortSignal): Promise<NodeFacts> => {
  const target = { namespace: memberNamespace, pod, container: 'agent' };
  return factsIn((await runIn(cluster, target, ['agent', '--facts'], signal)).stdout, pod);
};

/** Makes the agent's pod on a node send packets along a path. */
export const askPath = async (cluster: OpenCluster, pod: string, question: PathQuestion, signal: AbortSignal): Promise<PathAnswer> => {
  const target = { namespace: memberNamespace, pod, container: 'agent' };
  const { stdout } = await runIn(cluster, target, ['agent', '--probe', JSON.stringify(question)], signal);
  const answer = pathAnswerSchema.safeParse(readJson(stdout));
  if (answer.success) return answer.data;
  throw unreadable(pod);
};

/** Requests the flows of a node from the agent's pod on it; it takes as long as the node is to listen, and what a node needs for an answer. */
export const askFlows = async (cluster: OpenCluster, pod: string, question: FlowsQuestion, signal: AbortSignal): Promise<NodeFlows> => {
  const target = { namespace: memberNamespace, pod, container: 'agent' };
  const words = ['agent', '--probe', JSON.stringify({ flows: question })];
  const { stdout } = await runIn(cluster, target, words, signal, nodeMs + (question.watchMs ?? 0));
  const answer = nodeFlowsSchema.safeParse(readJson(stdout));
  if (answer.success) return answer.data;
  throw unreadable(pod);
};

/** Makes a container with our image answer questions from its own network. */
export const askFrom = async (
  cluster: OpenCluster,
  target: { readonly namespace: string; readonly pod: string; readonly container: string },
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<readonly Answer[]> => {
  const { stdout } = await runIn(cluster, target, ['probe', JSON.stringify(questions)], signal);
  const answers = answersSchema.safeParse(readJson(stdout));
  if (answers.success && answers.data.length === questions.length) return answers.data;
  throw unreadable(target.pod);
};

/** The running pod of a component, on a node if one is named. */
export const runningPod = (pods: readonly Pod[], component: string, node?: string): Pod | undefined =>
  pods.find(
    ({ metadata, spec, status }) =>
      metadata.labels?.['app.kubernetes.io/component'] === component &&
      metadata.deletionTimestamp === undefined &&
      status?.phase === 'Running' &&
      (node === undefined || spec?.nodeName === node),
  );
