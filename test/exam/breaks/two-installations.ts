import { version } from '../../../src/programs/version.ts';
import { namespace } from '../../e2e/workloads.ts';
import type { Break } from '../break.ts';

const labels = { app: 'second' };

/** A second worker, by somebody who installed into another namespace. */
export const twoInstallations: Break = {
  name: 'two installations',
  make: async (world) => {
    const image = `kubeslice/kubeslice:${version}`;
    const container = { name: 'worker', image, imagePullPolicy: 'IfNotPresent', args: ['idle'] };
    await world.apply('east', namespace('exam-second'), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: 'exam-second', name: 'kubeslice-worker' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
    });
  },
  status: /second installation/i,
  cause: { command: ['doctor', '--context', 'east'], says: /SecondInstallation/ },
  remedy: 'printed',
  undo: async (world) => void (await world.kubectl('east', ['delete', 'namespace', 'exam-second', '--ignore-not-found', '--wait=false'])),
};
