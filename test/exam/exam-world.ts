import { execute } from '../e2e/execute.ts';
import { createWorld, type World } from '../e2e/world.ts';

/** The service of the example, which is offered by east and called from west. */
export const service = { namespace: 'app-ns', name: 'backend-service', url: 'http://backend-service.app-ns.svc.slice.local' } as const;

/** A playground with the example, and what breaks need beyond a user's commands. */
export interface ExamWorld extends World {
  /** Runs a shell script in the container of the agent of a cluster's first node, which has the node's network and processes. */
  readonly onNode: (cluster: string, script: string) => Promise<string>;
  /** Runs a shell script inside the network namespace of the example's slice on that node. */
  readonly inSlice: (cluster: string, script: string) => Promise<string>;
  /** Runs a shell script on the router between the sites. */
  readonly onRouter: (script: string) => Promise<string>;
  /** Runs a command line as a person would paste it. */
  readonly paste: (line: string) => Promise<{ readonly code: number; readonly said: string }>;
  /** Whether the service answers a pod of west. */
  readonly answers: () => Promise<boolean>;
  /** First node of a cluster. */
  readonly nodeOf: (cluster: string) => string;
}

/** The world of a playground that runs. */
export const examWorld = async (name: string, project: string): Promise<ExamWorld> => {
  const world = createWorld(name, project);
  await world.enter();
  const environment = await world.kubeslice(['playground', 'env', '--name', name]);
  const nodeOf = (cluster: string): string => `${cluster}-node-1`;
  // Breaks concern the example's slice on these nodes, and a node is in a slice only while a pod needs it.
  for (const cluster of ['east', 'west']) {
    const overrides = JSON.stringify({ spec: { nodeName: nodeOf(cluster), terminationGracePeriodSeconds: 0 } });
    const pod = ['run', 'resident', '--namespace', service.namespace, '--image', 'kubeslice/demo:0.1.0', '--overrides', overrides];
    await world.tryKubectl(cluster, [...pod, '--image-pull-policy', 'IfNotPresent', '--command', '--', 'sleep', 'infinity']);
    await world.kubectl(cluster, ['wait', '--namespace', service.namespace, '--for=condition=Ready', 'pod/resident', '--timeout=60s']);
  }
  const agentOf = async (cluster: string): Promise<string> => {
    const pods = await world.list(
      cluster,
      'pods',
      '--namespace',
      'kubeslice-system',
      '-l',
      'app.kubernetes.io/component=agent',
      '--field-selector',
      `spec.nodeName=${nodeOf(cluster)},status.phase=Running`,
    );
    const pod = pods.find(({ metadata }) => metadata.deletionTimestamp === undefined);
    if (pod === undefined) throw new Error(`No agent runs on ${nodeOf(cluster)}.`);
    return pod.metadata.name;
  };
  const onNode: ExamWorld['onNode'] = async (cluster, script) =>
    world.exec(cluster, 'kubeslice-system', await agentOf(cluster), ['sh', '-ec', script]);
  const local = async (program: string, args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await execute(program, args, { env: process.env });
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stderr.trim()}`);
    return stdout;
  };
  return {
    ...world,
    nodeOf,
    onNode,
    inSlice: async (cluster, script) => onNode(cluster, `nsenter --net=/run/netns/ks-app-slice sh -ec '${script}'`),
    onRouter: async (script) => local('nsenter', [`--net=/run/netns/kubeslice.${name}.router`, 'sh', '-ec', script]),
    paste: async (line) => {
      const { code, stdout, stderr } = await execute('sh', ['-c', `${environment.stdout}\n${line}`], {
        env: process.env,
        timeoutMs: 180_000,
      });
      return { code, said: `${stdout}${stderr}`.trim() };
    },
    answers: async () => {
      const call = ['exec', '--namespace', service.namespace, 'client', '--', 'curl', '-sS', '--max-time', '2', service.url];
      return (await world.tryKubectl('west', call, { timeoutMs: 20_000 })).code === 0;
    },
  };
};
