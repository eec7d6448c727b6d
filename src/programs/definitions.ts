import { applyAboutDefinition } from '../cli/steps/about-definitions.ts';
import { applyDefinitions } from '../cli/steps/apply-all.ts';
import { applyMcsDefinitions } from '../cli/steps/mcs-definitions.ts';
import type { Program } from '../host/program.ts';
import { planCrds } from '../install/crds.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { Failure } from '../values/failure.ts';
import { inClusterClient } from './environment/in-cluster.ts';

/** Updates the kinds of a side (`hub` or `member`) to this version, before a tool installs or upgrades their users. */
export const run: Program = async ({ args: [side], env, version, signal }) => {
  if (side !== 'hub' && side !== 'member')
    throw new Failure('InvalidInput', 'The side of the kinds is missing: write "definitions hub" or "definitions member".');
  const client = await inClusterClient(env, side, 'kubeslice-definitions', createMetrics());
  try {
    const definitions = planCrds(side);
    const notes = await applyDefinitions(client, definitions, version, signal);
    if (side === 'member') {
      notes.push(...(await applyMcsDefinitions(client, version, signal)));
      notes.push(...(await applyAboutDefinition(client, version, signal)));
    }
    for (const note of notes) process.stdout.write(`${note}\n`);
    if (notes.length === 0) process.stdout.write(`${definitions.length} kinds are as KubeSlice ${version} defines them\n`);
    return 0;
  } finally {
    client.close();
  }
};
