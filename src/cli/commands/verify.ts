import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { dnsNameOf } from '../../api/places.ts';
import { explainPath, firstBroken } from '../../plan/diagnosis/explain/explain.ts';
import type { Answer, Question } from '../../plan/diagnosis/probe-report.ts';
import { Failure } from '../../values/failure.ts';
import { type CliCommand, type CliInput, exitCodes } from '../command.ts';
import { askFrom } from '../diagnosis/ask-node.ts';
import { observePath } from '../diagnosis/observe-path.ts';
import { throwAwayName } from '../diagnosis/throw-away-namespace.ts';
import { checkGivenSlice } from '../diagnosis/verify/given-slice.ts';
import { closeMembers, type Member, openMembers, subnetFor } from '../diagnosis/verify/members.ts';
import { callerName, clearStage, echoPort, offerAll, type Stage, serverName, setStage } from '../diagnosis/verify/stage.ts';
import { contextOption, kubeconfigOption, projectOf, projectOption, textOption } from '../options/common-options.ts';
import { outputOption, printModel } from '../render/output.ts';
import { renderTable } from '../render/table.ts';
import { findProject } from '../steps/find-project.ts';
import { type OpenCluster, withCluster } from '../steps/open-cluster.ts';

/** The tests from one cluster to another. */
interface Row {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly tcp: string;
  readonly udp: string;
  /** Many bytes in one connection, which fill packets to their limit, and a datagram as large as one packet. */
  readonly large: string;
  readonly passed: boolean;
  /** The broken step, if there is one. */
  readonly broken?: string;
}

/**
 * Bytes of the long TCP exchange, and of the large datagram: with the headers of IPv4 and UDP it is 1280 bytes, which every network carries (RFC
 * 8200).
 */
const large = { tcp: 262_144, udp: 1_252 } as const;

/** How long the name of a new service may take: it is held for five seconds at most, until every node has a path. In milliseconds. */
const nameWithinMs = 10_000;

/** Asks every half second until the answer is good, or the time is over; the last answer. */
const until = async <T>(ask: () => Promise<T>, isGood: (answer: T) => boolean, withinMs: number, signal: AbortSignal): Promise<T> => {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isGood(answer) || performance.now() > end) return answer;
    await setTimeout(500, undefined, { signal });
  }
};

const shown = ({ outcome, ms }: Answer): string => (outcome === 'answered' ? `${ms} ms` : outcome);

const tryPair = async (stage: Stage, from: Member, to: Member, signal: AbortSignal): Promise<Row> => {
  const server = serverName(stage, to.name);
  const target = { namespace: stage.namespace, pod: callerName(stage), container: 'main' };
  const name = await until(
    async () => (await askFrom(from.cluster, target, [{ kind: 'name', name: dnsNameOf(server, stage.namespace) }], signal))[0],
    (answer) => answer?.addresses?.[0] !== undefined,
    nameWithinMs,
    signal,
  );
  const address = name?.addresses?.[0];
  const base = { from: from.name, to: to.name };
  if (name === undefined || address === undefined)
    return { ...base, name: name?.detail ?? 'no answer', tcp: '', udp: '', large: '', passed: false };
  const questions: Question[] = [
    { kind: 'tcp', address, port: echoPort, echoBytes: 100 },
    { kind: 'udp', address, port: echoPort, bytes: 100 },
    { kind: 'tcp', address, port: echoPort, echoBytes: large.tcp },
    { kind: 'udp', address, port: echoPort, bytes: large.udp },
  ];
  const answers = await askFrom(from.cluster, target, questions, signal);
  const [tcp, udp, largeTcp, largeUdp] = answers;
  const worst = [largeTcp, largeUdp].find((answer) => answer?.outcome !== 'answered') ?? largeTcp;
  const text = (answer: Answer | undefined): string => (answer === undefined ? '' : shown(answer));
  const passed = answers.every(({ outcome }) => outcome === 'answered');
  return { ...base, name: address, tcp: text(tcp), udp: text(udp), large: text(worst), passed };
};

/** A failed pair with its broken step, tested while the fault still exists. */
const explained = async (row: Row, stage: Stage, from: Member, to: Member, signal: AbortSignal): Promise<Row> => {
  if (row.passed) return row;
  const view = await observePath(from.cluster, {
    from: { namespace: stage.namespace, name: callerName(stage), port: undefined },
    to: { namespace: stage.namespace, name: serverName(stage, to.name), port: echoPort },
    hubContext: undefined,
    openOther: async () => undefined,
    signal,
  });
  const broken = firstBroken(explainPath(view));
  return broken === undefined ? row : { ...row, broken: `${broken.hop}: ${broken.text}` };
};

const tryAll = async (stage: Stage, members: readonly Member[], signal: AbortSignal): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const from of members)
    for (const to of members) {
      if (from === to) continue;
      const row = await tryPair(stage, from, to, signal);
      rows.push(await explained(row, stage, from, to, signal));
    }
  return rows;
};

/** The named slice and namespace; undefined for a temporary one. @throws Failure InvalidInput when only one of both is named. */
const givenSlice = (input: CliInput): { readonly slice: string; readonly namespace: string } | undefined => {
  const [slice, namespace] = [textOption(input, 'slice'), textOption(input, 'namespace')];
  if (slice !== undefined && namespace !== undefined) return { slice, namespace };
  if (slice === undefined && namespace === undefined) return undefined;
  throw new Failure(
    'InvalidInput',
    '--slice and --namespace go together: name the slice that is tested and a namespace of it, or neither.',
  );
};

const stageFor = async (input: CliInput, hub: OpenCluster, project: string, members: readonly Member[]): Promise<Stage> => {
  const run = `verify-${randomBytes(3).toString('hex')}`;
  const given = givenSlice(input);
  if (given === undefined)
    return { run, slice: run, namespace: throwAwayName('verify'), subnet: await subnetFor(hub, project, input.signal), project };
  await checkGivenSlice(hub, project, given, members, input.signal);
  return { run, ...given, subnet: undefined, project };
};

const act = async (input: CliInput, hub: OpenCluster, stage: Stage, members: readonly Member[]): Promise<Row[]> => {
  const { terminal, signal } = input;
  const names = members.map(({ name }) => name).join(', ');
  try {
    terminal.err(
      `making ${stage.subnet === undefined ? `pods in namespace ${stage.namespace}` : `slice ${stage.slice} (${stage.subnet}) and namespace ${stage.namespace}`} in ${names} …`,
    );
    await setStage(stage, hub, members, signal);
    await offerAll(stage, members, signal);
    terminal.err('calling from each cluster to each other one …');
    return await tryAll(stage, members, signal);
  } finally {
    terminal.err('removing everything …');
    await clearStage(stage, hub, members);
  }
};

/** `kubeslice verify`. */
export const command: CliCommand = {
  name: 'verify',
  summary: 'Test that pods of your clusters reach each other, and leave nothing behind',
  description:
    'Creates a temporary slice and namespaces, with a server and a caller in each cluster, from the installed image. Then every cluster calls every other one: the name, TCP, UDP, and packets of full size. Everything is removed afterwards, even when the test is interrupted; the next run removes leftovers of a killed one, so run one at a time. For a broken path it prints the step as `kubeslice explain` does. Ends with code 2 when a call failed.',
  options: [
    contextOption('Context of the hub cluster'),
    { flags: '--contexts <names>', text: 'Contexts of the member clusters, with commas (default: those named like registered clusters)' },
    { flags: '--slice <name>', text: 'Test this slice instead of one of its own' },
    { flags: '--namespace <name>', text: 'Namespace of that slice, there in every cluster' },
    projectOption,
    outputOption('json', 'yaml'),
    kubeconfigOption,
  ],
  examples: ['kubeslice verify --context hub', 'kubeslice verify --context hub --contexts east,west --slice app-slice --namespace app-ns'],
  run: async (input) => {
    givenSlice(input);
    return withCluster(input, textOption(input, 'context'), async (hub) => {
      const project = await findProject(hub, projectOf(input), input.signal);
      const members = await openMembers(input, hub, project);
      try {
        const rows = await act(input, hub, await stageFor(input, hub, project, members), members);
        const passed = rows.every((row) => row.passed);
        await printModel(input.terminal, input.options.output, { passed, rows }, () => {
          const { color } = input.terminal;
          const failed = rows.filter((row) => !row.passed);
          const table = renderTable<Row>(
            [
              { title: 'FROM', value: (row) => row.from },
              { title: 'TO', value: (row) => row.to },
              { title: 'NAME', value: (row) => row.name },
              { title: 'TCP', value: (row) => row.tcp },
              { title: 'UDP', value: (row) => row.udp },
              { title: 'LARGE', value: (row) => row.large },
              {
                title: 'RESULT',
                value: (row) => (row.passed ? 'passed' : 'failed'),
                paint: (text, row) => (row.passed ? color.green(text) : color.red(text)),
              },
            ],
            rows,
          );
          const why = failed.map(
            (row) => `${color.red('✗')} ${row.from} → ${row.to}: ${row.broken ?? 'every step works when it is looked at alone; try again'}`,
          );
          return [table, ...why].join('\n');
        });
        return passed ? exitCodes.ok : exitCodes.unhealthy;
      } finally {
        closeMembers(members, hub);
      }
    });
  },
};
