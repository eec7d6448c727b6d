import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { readProcess } from '../../../host/read-if-present.ts';
import { run } from '../../../host/run.ts';
import { inNetns, netnsIdentity, netnsPath } from '../../../kernel/netns.ts';
import { findPodNamespaces } from '../../../kernel/pod/pod-namespaces.ts';
import { parseProbeLine } from '../../../kernel/process/probe.ts';
import { type Answer, answersSchema, type PathAnswer, type PathQuestion, type Question } from '../../../plan/diagnosis/probe-report.ts';
import { podHostInterface, sliceNetns, tunnelInterfaces } from '../../../plan/node/interface-names.ts';
import { readJson } from '../../../values/text/read-json.ts';
import { proberProgram } from '../cni/host-files.ts';
import type { AgentSettings } from '../settings.ts';

/** How many echo requests are sent, at which interval, and how long to wait for the last answer, in milliseconds. */
const requests = { count: 5, everyMs: 60, patienceMs: 1_200 } as const;

type Echoes = PathAnswer['target'];

/** Echo requests from a namespace to an address, counted. */
const echo = async (program: string, enter: readonly string[], address: string, size: number | undefined): Promise<Echoes> => {
  const [command = program, ...args] = enter;
  const child = spawn(command, enter.length === 0 ? [] : [...args, program], { stdio: ['pipe', 'pipe', 'ignore'] });
  const times: number[] = [];
  let pending = '';
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${pending}${text}`.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      const answer = parseProbeLine(line);
      if (answer?.address === address) times.push(answer.rttMs);
    }
  });
  for (let sent = 0; sent < requests.count; sent += 1) {
    child.stdin.write(`${address}${size === undefined ? '' : ` ${size}`}\n`);
    await pause(requests.everyMs);
  }
  for (let waited = 0; waited < requests.patienceMs && times.length < requests.count; waited += 50) await pause(50);
  child.kill('SIGKILL');
  const answered = Math.min(times.length, requests.count);
  return { sent: requests.count, answered, ...(answered === 0 ? {} : { rttMs: Math.min(...times) }) };
};

interface Counters {
  readonly leftPod: number;
  readonly enteredPod: number;
  readonly tunnelSent: number;
  readonly tunnelReceived: number;
}

/** The current counters of the pod's interface and of the tunnel. */
const counters = async (netns: string, host: string | undefined, tunnels: readonly string[], signal: AbortSignal): Promise<Counters> => {
  type Stats = {
    readonly ifname?: string;
    readonly stats64?: { readonly rx: { readonly packets: number }; readonly tx: { readonly packets: number } };
  };
  const { stdout } = await run(inNetns(netnsPath(netns), ['ip', '-j', '-s', 'link', 'show']), { signal });
  const links = (readJson(stdout) ?? []) as Stats[];
  const of = (name: string | undefined) => links.find(({ ifname }) => ifname === name)?.stats64;
  const tunnel = tunnels.find((name) => of(name) !== undefined);
  return {
    leftPod: of(host)?.rx.packets ?? 0,
    enteredPod: of(host)?.tx.packets ?? 0,
    tunnelSent: of(tunnel)?.tx.packets ?? 0,
    tunnelReceived: of(tunnel)?.rx.packets ?? 0,
  };
};

const routeTo = async (path: string, address: string, signal: AbortSignal): Promise<string | undefined> => {
  const { code, stdout } = await run(inNetns(path, ['ip', '-4', 'route', 'get', address]), { signal });
  return code === 0 ? stdout.split('\n')[0]?.trim() : undefined;
};

/** The name servers of a pod, from the file that the kubelet wrote for it. */
const serversOf = async (netnsOfPod: string): Promise<string[]> => {
  const text = (await readProcess(netnsOfPod.replace(/\/ns\/net$/, '/root/etc/resolv.conf'))) ?? '';
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, server = '']) => server).slice(0, 8);
};

/** Runs the DNS queries of this program inside the namespace, in another process of it. */
const askInside = async (path: string, entry: string, questions: readonly Question[], signal: AbortSignal): Promise<Answer[]> => {
  if (questions.length === 0) return [];
  const argv = inNetns(path, [process.execPath, entry, 'probe', JSON.stringify(questions)]);
  const { stdout, stderr } = await run(argv, { signal, timeoutMs: 30_000 });
  const answers = answersSchema.safeParse(readJson(stdout));
  if (answers.success) return answers.data;
  return questions.map(() => ({ outcome: 'failed' as const, ms: 0, detail: stderr.trim().slice(0, 300) }));
};

const nothing: Echoes = { sent: 0, answered: 0 };

/**
 * Sends packets along a path of a slice from this node, and counts them at each visible place: at the pod's interface, at the tunnel, and the
 * answers. It changes nothing on the node.
 *
 * @param entry file of this program, which is started again inside the pod's namespace to ask the pod's name servers
 */
export const probePath = async (
  { settings, entry }: { readonly settings: AgentSettings; readonly entry: string },
  question: PathQuestion,
  signal: AbortSignal,
): Promise<PathAnswer> => {
  const { slice, podUid, address, router, underlay, mtu } = question;
  const netns = sliceNetns(slice);
  const pod = podUid === undefined ? undefined : (await findPodNamespaces()).get(podUid);
  const from = podUid === undefined ? netnsPath(netns) : pod;
  const sliceThere = (await netnsIdentity(netnsPath(netns))) !== undefined;
  if (from === undefined || !sliceThere) {
    const zero = { leftPod: 0, enteredPod: 0, tunnelSent: 0, tunnelReceived: 0 };
    return { present: false, servers: [], target: nothing, targetLarge: nothing, ...zero, answers: [] };
  }
  const program = proberProgram(settings);
  const servers = pod === undefined ? [] : await serversOf(pod);
  const host = podUid === undefined ? undefined : podHostInterface(slice, podUid);
  const count = () => counters(netns, host, tunnelInterfaces(slice, settings.node), signal);
  const inSlice = inNetns(netnsPath(netns), []);
  const [podRoute, sliceRoute] = await Promise.all([routeTo(from, address, signal), routeTo(netnsPath(netns), address, signal)]);
  const before = await count();
  const [target, targetLarge] = [
    await echo(program, inNetns(from, []), address, undefined),
    await echo(program, inNetns(from, []), address, mtu),
  ];
  const after = await count();
  const [routerEchoes, routerLarge, underlayEchoes, answers] = await Promise.all([
    router === undefined ? undefined : echo(program, inSlice, router, undefined),
    router === undefined ? undefined : echo(program, inSlice, router, mtu),
    underlay === undefined ? undefined : echo(program, [], underlay, undefined),
    askInside(
      from,
      entry,
      question.questions.map((each) =>
        each.kind === 'name' && each.servers === undefined && servers.length > 0 ? { ...each, servers: servers.slice(0, 3) } : each,
      ),
      signal,
    ),
  ]);
  const difference = (of: keyof Counters): number => Math.max(0, after[of] - before[of]);
  return {
    present: true,
    servers,
    ...(podRoute === undefined ? {} : { podRoute }),
    ...(sliceRoute === undefined ? {} : { sliceRoute }),
    target,
    targetLarge,
    ...(routerEchoes === undefined ? {} : { router: routerEchoes }),
    ...(routerLarge === undefined ? {} : { routerLarge }),
    ...(underlayEchoes === undefined ? {} : { underlay: underlayEchoes }),
    leftPod: difference('leftPod'),
    enteredPod: difference('enteredPod'),
    tunnelSent: difference('tunnelSent'),
    tunnelReceived: difference('tunnelReceived'),
    answers,
  };
};
