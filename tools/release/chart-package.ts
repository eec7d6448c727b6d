import { join } from 'node:path';
import { tarball } from './tarball.ts';

/** Packs the chart into `output` as `helm install` takes it: one folder named as the chart. The npm package has its usual name, so the chart says what it is. */
export async function chartPackage(project: string, version: string, output: string, signal: AbortSignal): Promise<void> {
  await tarball(join(project, 'charts'), ['kubeslice'], join(output, `kubeslice-chart-${version}.tgz`), signal);
}
