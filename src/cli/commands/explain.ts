import { explainPath, firstBroken } from '../../plan/diagnosis/explain/explain.ts';
import type { Hop } from '../../plan/diagnosis/explain/path-view.ts';
import { plainText } from '../../values/text/plain-text.ts';
import { type CliCommand, type CliInput, exitCodes } from '../command.ts';
import { readCalled } from '../diagnosis/called.ts';
import { observePath } from '../diagnosis/observe-path.ts';
import { contextOption, kubeconfigOption, textOption } from '../options/common-options.ts';
import { outputOption, printModel } from '../render/output.ts';
import type { Colors } from '../render/terminal.ts';
import { type OpenCluster, openCluster, withCluster } from '../steps/open-cluster.ts';
import { openNamedMember } from '../steps/open-named-member.ts';

/**
 * The cluster at the other end: by the named context, else by a context with the cluster's own name if it leads to that cluster. Undefined without
 * one: then half of the path is explained.
 */
const openOther = async (input: CliInput, here: OpenCluster, cluster: string | undefined): Promise<OpenCluster | undefined> => {
  const named = textOption(input, 'toContext');
  if (named !== undefined) return named === here.context ? here : openCluster(input, named);
  return cluster === undefined ? undefined : openNamedMember(input, here, cluster);
};

const marks = (color: Colors): Readonly<Record<Hop['state'], string>> => ({
  ok: color.green('✓'),
  broken: color.red('✗'),
  unknown: color.dim('?'),
});

/** The steps for people. Below the first broken step is its remedy; the steps after it are only marked as consequences. */
const renderHops = (head: string, hops: readonly Hop[], color: Colors): string => {
  const broken = firstBroken(hops);
  const width = Math.max(...hops.map(({ hop }) => hop.length));
  const lines = hops.flatMap((step) => {
    const line = `${marks(color)[step.state]} ${step.hop.padEnd(width)}  ${plainText(step.text)}`;
    if (step !== broken) return [line];
    return [
      line,
      ...(step.object === undefined ? [] : [`  ${' '.repeat(width)}  ${color.bold('broken here:')} ${plainText(step.object)}`]),
      ...(step.remedy === undefined ? [] : [`  ${' '.repeat(width)}  ${color.cyan(plainText(step.remedy))}`]),
      ...(step.advice === undefined ? [] : [`  ${' '.repeat(width)}  ${step.remedy === undefined ? '' : 'or '}${plainText(step.advice)}`]),
    ];
  });
  const verdict = broken === undefined ? color.green('it works') : color.red(`it does not work: ${broken.hop}`);
  return [`${head}: ${verdict}`, '', ...lines].join('\n');
};

/** `kubeslice explain`. */
export const command: CliCommand = {
  name: 'explain',
  summary: 'Show the path from a pod to a service or pod of a slice, and where it breaks',
  description:
    'Follows the path step by step: membership, export, name, address, route, policy, tunnel, packet size, pod, port and way back. Each step is read from the objects of both clusters and tested with real packets, sent and counted by the agent of the pod’s node. For the first broken step it names the object and the command that repairs it.\n\nIt also checks the other end if there is a context of its cluster. Ends with code 2 when a step is broken.',
  arguments: [
    { usage: '<from>', text: 'The pod that calls, as namespace/name; a Deployment stands for one of its pods' },
    {
      usage: '<to>',
      text: 'The target: namespace/name of a service or pod, or a name below slice.local; with :port for another than the first',
    },
  ],
  options: [
    contextOption('Context of the cluster of the pod that calls'),
    { flags: '--to-context <name>', text: 'Context of the target’s cluster (default: one with that cluster’s name)' },
    { flags: '--hub-context <name>', text: 'Context of the hub, for the remedies' },
    outputOption('json', 'yaml'),
    kubeconfigOption,
  ],
  examples: [
    'kubeslice explain app-ns/client app-ns/backend-service --context west',
    'kubeslice explain app-ns/client backend-service.app-ns.svc.slice.local:80 --context west --to-context east',
  ],
  run: async (input) => {
    const [fromText = '', toText = ''] = input.arguments;
    const ends = { from: readCalled(fromText), to: readCalled(toText) };
    return withCluster(input, textOption(input, 'context'), async (cluster) => {
      const view = await observePath(cluster, {
        ...ends,
        hubContext: textOption(input, 'hubContext') ?? (cluster.contexts.includes('hub') ? 'hub' : undefined),
        openOther: async (name) => openOther(input, cluster, name),
        signal: input.signal,
      });
      const hops = explainPath(view);
      const broken = firstBroken(hops);
      const model = { from: fromText, to: toText, works: broken === undefined, broken: broken?.hop, hops };
      await printModel(input.terminal, input.options.output, model, () =>
        renderHops(`${fromText} → ${toText}`, hops, input.terminal.color),
      );
      return broken === undefined ? exitCodes.ok : exitCodes.unhealthy;
    });
  },
};
