import { restricted } from '../../install/workloads/container.ts';
import { type Pod, podKind } from '../../kubernetes/kinds.ts';
import type { ClusterView } from '../../plan/diagnosis/cluster-view.ts';
import type { NodeFacts } from '../../plan/diagnosis/node-facts.ts';
import { answersSchema, type Question } from '../../plan/diagnosis/probe-report.ts';
import { notReadyNodes } from '../../plan/diagnosis/programs.ts';
import { linuxNodes } from '../../values/builtin/node.ts';
import { waitingStates } from '../../values/builtin/pod.ts';
import { Failure } from '../../values/failure.ts';
import { readJson } from '../../values/text/read-json.ts';
import type { OpenCluster } from '../steps/open-cluster.ts';
import { waitFor } from '../steps/wait-for.ts';
import { factsIn } from './ask-node.ts';
import { pullWatch } from './pull-watch.ts';
import { makeThrowAway, removeThrowAway, throwAwayName } from './throw-away-namespace.ts';

/** How long a pod may take to end, including the pull of its image, in milliseconds. */
const podMs = 120_000;

/** The questions before an installation. */
export interface Before {
  readonly image: string;
  readonly hubServer: string | undefined;
  readonly signal: AbortSignal;
}

/** A pod that prints the facts of one node. It sees the node's files; it may write only below /var/lib, to test whether that works. */
export const factsPod = (namespace: string, node: string, index: number, image: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name: `node-${index}` },
  spec: {
    nodeName: node,
    hostNetwork: true,
    hostPID: true,
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    containers: [
      {
        name: 'facts',
        image,
        imagePullPolicy: 'IfNotPresent',
        args: ['agent', '--facts', '--no-agent'],
        env: [
          { name: 'NODE_NAME', value: node },
          { name: 'KUBESLICE_STATE', value: '/host/var/lib' },
          { name: 'KUBESLICE_RUN', value: '/nowhere' },
          { name: 'KUBESLICE_CNI_CONF', value: '/host/etc/cni/net.d' },
          { name: 'KUBESLICE_CNI_BIN', value: '/host/opt/cni/bin' },
        ],
        securityContext: { privileged: true, runAsUser: 0, runAsNonRoot: false },
        volumeMounts: [
          { name: 'node', mountPath: '/host', readOnly: true },
          { name: 'state', mountPath: '/host/var/lib' },
        ],
      },
    ],
    volumes: [
      { name: 'node', hostPath: { path: '/', type: 'Directory' } },
      { name: 'state', hostPath: { path: '/var/lib', type: 'Directory' } },
    ],
  },
});

/** A pod in the cluster's own network that answers questions and ends. */
const probePod = (namespace: string, image: string, questions: readonly Question[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name: 'pod-network' },
  spec: {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    nodeSelector: linuxNodes,
    containers: [
      { name: 'probe', image, imagePullPolicy: 'IfNotPresent', args: ['probe', JSON.stringify(questions)], securityContext: restricted },
    ],
  },
});

/** The output of a pod, or why its node cannot pull the image. */
type Ended = { readonly text: string } | { readonly unpulled: string };

/** Starts a pod and waits for its end. @throws Failure when it does not end, or fails. */
const outputOf = async ({ client }: OpenCluster, pod: Pod, signal: AbortSignal): Promise<Ended> => {
  const { name, namespace = '' } = pod.metadata;
  await client.create(podKind, pod, { signal });
  const pullOf = pullWatch();
  let unpulled: string | undefined;
  const ended = await waitFor<Pod>({
    client,
    kind: podKind,
    target: { namespace, name },
    until: (seen) => {
      unpulled = pullOf(seen);
      return unpulled !== undefined || seen?.status?.phase === 'Succeeded' || seen?.status?.phase === 'Failed';
    },
    timeoutMs: podMs,
    signal,
    late: (seen) => {
      const [waiting] = seen === undefined ? [] : waitingStates(seen);
      return `Its pod did not end within ${podMs / 1000} s${waiting === undefined ? '' : `: ${waiting.reason} ${waiting.message ?? ''}`}`;
    },
  });
  if (unpulled !== undefined) return { unpulled };
  const log = await client.raw(`/api/v1/namespaces/${namespace}/pods/${name}/log`, { signal });
  const text = typeof log === 'string' ? log : JSON.stringify(log);
  if (ended?.status?.phase === 'Succeeded') return { text };
  throw new Failure('CommandFailed', `Its pod failed: ${text.trim().split('\n').slice(-1).join('')}`);
};

/**
 * The facts of every node, and the answers from the network of pods, in a cluster without agents. All pods are in one namespace, which is always
 * removed.
 */
export const observeBefore = async (cluster: OpenCluster, view: ClusterView, before: Before): Promise<ClusterView> => {
  const { image, hubServer, signal } = before;
  const namespace = throwAwayName('doctor');
  const away = notReadyNodes(view);
  const facts = new Map<string, NodeFacts>();
  const silent = new Map<string, string>();
  const unpulled = new Map<string, string>();
  const ask = async (node: string, index: number): Promise<void> => {
    try {
      const ended = await outputOf(cluster, factsPod(namespace, node, index, image), signal);
      if ('unpulled' in ended) unpulled.set(node, ended.unpulled);
      else facts.set(node, factsIn(ended.text, `node-${index}`));
    } catch (error) {
      if (Failure.is(error, 'Interrupted')) throw error;
      silent.set(node, Failure.from(error).message);
    }
  };
  const questions: Question[] = [
    { kind: 'name', name: 'kubernetes.default.svc.cluster.local' },
    ...(hubServer === undefined ? [] : [{ kind: 'https' as const, url: `${hubServer.replace(/\/$/, '')}/version` }]),
  ];
  const unasked = { hub: undefined, name: undefined, podsSilent: undefined };
  const probe = async (): Promise<Pick<ClusterView, 'hub' | 'name' | 'podsSilent'>> => {
    try {
      const ended = await outputOf(cluster, probePod(namespace, image, questions), signal);
      // Its node has been asked for the same image.
      if ('unpulled' in ended) return unasked;
      const answers = answersSchema.safeParse(readJson(ended.text));
      const [name, hub] = answers.success ? answers.data : [];
      const from = 'a pod of its own';
      return {
        hub: hub === undefined ? undefined : { from, answer: hub },
        podsSilent: undefined,
        name: name === undefined ? undefined : { from, answer: name, asked: 'kubernetes.default.svc.cluster.local' },
      };
    } catch (error) {
      if (Failure.is(error, 'Interrupted')) throw error;
      return { ...unasked, podsSilent: Failure.from(error).message };
    }
  };
  try {
    await makeThrowAway(cluster.client, namespace, { purpose: 'doctor', level: 'privileged', signal });
    const nodes = view.nodes.map(({ metadata }) => metadata.name).filter((node) => !away.includes(node));
    const [answers] = await Promise.all([probe(), ...nodes.map(ask)]);
    const credential =
      hubServer === undefined ? view.credential : { server: hubServer, cluster: view.credential?.cluster ?? 'NAME', ends: undefined };
    return { ...view, ...answers, facts, silent, unpulled: { image, nodes: unpulled }, credential };
  } finally {
    await removeThrowAway(cluster.client, namespace);
  }
};
