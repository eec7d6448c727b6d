import { readFileSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { agentSocket, type CniAnswer, type CniRequest } from './protocol.ts';

/*
 * The chained CNI plugin (CNI specification 1.0 and 1.1). It tells the agent that a pod starts or ends and passes the result of the plugins
 * before it on unchanged. A pod's start never depends on us: without an agent, or without an answer in time, it passes through, and the
 * agent attaches the pod while it runs.
 *
 * It runs once per pod start, so it loads nothing but Node itself.
 */

/** Versions of the specification that results are passed on in; the oldest has chaining and CHECK. */
const supportedVersions = ['0.4.0', '1.0.0', '1.1.0'];
/** Longer than the agent takes for an answer; a pod never waits longer than this. */
const deadlineMs = 5_000;

interface NetworkConfiguration {
  readonly cniVersion?: string;
  readonly prevResult?: unknown;
}

/** The `KEY=value;…` pairs of `CNI_ARGS`. */
const argumentsOf = (text: string): Map<string, string> =>
  new Map(text.split(';').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const));

/** Asks the agent; undefined when it is not there or does not answer in time. */
const ask = (request: CniRequest, socketPath: string): Promise<CniAnswer | undefined> =>
  new Promise((resolve) => {
    const socket = connect(socketPath);
    const timer = setTimeout(() => socket.destroy(), deadlineMs);
    let text = '';
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      try {
        resolve(JSON.parse(text) as CniAnswer);
      } catch {
        resolve(undefined);
      }
    });
  });

/** What a call of the plugin prints and exits with. */
interface Reply {
  readonly text: string;
  readonly code: 0 | 1;
}

const reply = async (env: Readonly<Record<string, string | undefined>>, input: () => string): Promise<Reply> => {
  const command = env.CNI_COMMAND ?? '';
  const latest = supportedVersions.at(-1);
  if (command === 'VERSION') return { text: JSON.stringify({ cniVersion: latest, supportedVersions }), code: 0 };
  // STATUS: this plugin is always ready to pass through. GC: what ended is found by the agent itself.
  if (command === 'STATUS' || command === 'GC') return { text: '', code: 0 };
  let configuration: NetworkConfiguration;
  try {
    configuration = JSON.parse(input()) as NetworkConfiguration;
  } catch {
    // 6: failed to decode content.
    return failed(latest, 6, 'the network configuration on standard input is not JSON');
  }
  if (command !== 'ADD' && command !== 'DEL' && command !== 'CHECK') {
    // 4: invalid necessary environment variables.
    return failed(configuration.cniVersion, 4, `CNI_COMMAND "${command}" is not one of ADD, DEL, CHECK, GC, STATUS, VERSION`);
  }
  const pod = argumentsOf(env.CNI_ARGS ?? '');
  const request: CniRequest = {
    command,
    containerId: env.CNI_CONTAINERID ?? '',
    netns: env.CNI_NETNS ?? '',
    namespace: pod.get('K8S_POD_NAMESPACE') ?? '',
    name: pod.get('K8S_POD_NAME') ?? '',
    uid: pod.get('K8S_POD_UID') ?? '',
  };
  const answer = request.uid === '' ? undefined : await ask(request, env.KUBESLICE_AGENT_SOCKET ?? agentSocket);
  if (command === 'CHECK' && answer?.ok === false)
    return failed(configuration.cniVersion, 100, answer.message ?? 'the pod is not attached');
  if (command !== 'ADD') return { text: '', code: 0 };
  return { text: JSON.stringify(configuration.prevResult ?? { cniVersion: configuration.cniVersion ?? latest }), code: 0 };
};

const failed = (cniVersion: string | undefined, code: number, msg: string): Reply => ({
  text: JSON.stringify({ cniVersion, code, msg }),
  code: 1,
});

void reply(process.env, () => readFileSync(0, 'utf8')).then(({ text, code }) => {
  if (text !== '') writeSync(1, `${text}\n`);
  process.exitCode = code;
});
