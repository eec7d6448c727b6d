import { endMember } from '../cli/steps/removing/take-apart.ts';
import type { Program } from '../host/program.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { inClusterClient } from './environment/in-cluster.ts';

/** How long owners of finalizers and terminating pods get before force is used, in milliseconds. */
const graceMs = 45_000;
/** How long nodes may take, in milliseconds. */
const nodeLimitMs = 120_000;

/** Ends this member before its objects are removed: the part of `kubeslice leave` inside the cluster. Ends with 2 when a node did not answer. */
export const run: Program = async ({ env, signal }) => {
  const client = await inClusterClient(env, 'member', 'kubeslice-member-removal', createMetrics());
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    const taking = { image: env.IMAGE ?? '', namedImage: env.IMAGE, nodeLimitMs, patience: { graceMs, signal }, say };
    const answers = await endMember(client, taking, true);
    for (const { node, why } of answers?.silent ?? []) say(`node ${node} did not answer: ${why}`);
    say(`${answers?.clean.length ?? 0} nodes were cleaned`);
    return (answers?.silent.length ?? 0) === 0 ? 0 : 2;
  } finally {
    client.close();
  }
};
