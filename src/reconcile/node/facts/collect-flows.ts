import { run } from '../../../host/run.ts';
import { deniedFlows } from '../../../kernel/slice/recorded-flows.ts';
import { watchFlows } from '../../../kernel/slice/watched-flows.ts';
import { isAbsent, type SliceFacts, type Snapshot } from '../../../plan/facts/node-state.ts';
import type { SeenFlows } from '../../../plan/flows/counted-flow.ts';
import { addressesOf, flowEnds } from '../../../plan/flows/flow-ends.ts';
import type { FlowsQuestion, NodeFlows, SliceFlows } from '../../../plan/flows/node-flows.ts';
import { sliceNetns } from '../../../plan/node/interface-names.ts';
import { createLog } from '../../../telemetry/log.ts';
import { systemClock } from '../../../values/clock.ts';
import { Failure } from '../../../values/failure.ts';
import type { AgentSettings } from '../settings.ts';
import { SnapshotFile } from '../stored/snapshot-file.ts';

type Listened = { readonly seen: SeenFlows } | { readonly trouble: string };

const listen = async (netns: string, forMs: number, signal: AbortSignal): Promise<Listened> => {
  try {
    return { seen: await watchFlows(run, netns, { forMs, clock: systemClock }, signal) };
  } catch (error) {
    if (Failure.is(error, 'Interrupted')) throw error;
    return { trouble: Failure.from(error).message };
  }
};

const sliceFlowsOf = async (
  { facts, decisions }: Snapshot,
  slice: SliceFacts,
  { watchMs }: FlowsQuestion,
  signal: AbortSignal,
): Promise<SliceFlows> => {
  const netns = sliceNetns(slice.name);
  const listened = watchMs === undefined ? undefined : await listen(netns, watchMs, signal);
  // After listening, so that what was denied meanwhile is there, too.
  const denied = slice.access === undefined ? undefined : await deniedFlows(run, netns, signal);
  const seen = listened !== undefined && 'seen' in listened ? listened.seen : undefined;
  const ends = flowEnds(addressesOf(denied, seen), { slice, pods: facts.pods, leases: decisions[slice.name]?.leases ?? {} });
  // JSON drops what is undefined; a round trip through it makes an object of the schema.
  return JSON.parse(
    JSON.stringify({
      slice: slice.name,
      access: slice.access,
      ends,
      denied,
      seen,
      trouble: listened !== undefined && 'trouble' in listened ? listened.trouble : undefined,
    }),
  ) as SliceFlows;
};

/** What policies denied on this node lately, and what passes while it listens. It changes no packet, and nothing stays on the node. */
export const collectFlows = async (settings: AgentSettings, question: FlowsQuestion, signal: AbortSignal): Promise<NodeFlows> => {
  const snapshot = await new SnapshotFile(settings, createLog({ program: 'agent', level: 'silent' })).load(settings.node);
  const wanted = (snapshot?.facts.slices ?? []).filter(
    (slice) => !isAbsent(slice) && (question.slice === undefined || slice.name === question.slice),
  );
  const slices = await Promise.all(wanted.map((slice) => sliceFlowsOf(snapshot as Snapshot, slice, question, signal)));
  return { version: 1, node: settings.node, now: systemClock.now(), slices };
};
